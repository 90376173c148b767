import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import type { RunContext } from '../run-context.js'
import { allFailed } from './reject-policy.js'
import type { StepCounter } from './step-counter.js'

/**
 * Checks the counts of the whole run: that those of each step and sink add up, and that every row that left a step entered
 * the steps after it.
 *
 * @throws MAESTRO_RUN_COUNTS; MAESTRO_RUN_ALL_FAILED when every row that entered a step failed;
 * MAESTRO_RUN_TOO_MANY_REJECTS
 */
export function checkCounts(context: RunContext, last: MaestroError | undefined): void {
  context.sourceCounter.assertSum('source')
  const unchanged = context.incremental?.report.unchanged ?? 0
  const counters: (readonly [string, StepCounter])[] = [['source', context.sourceCounter], ...context.counters]
  for (const [step, counter] of counters) {
    counter.assertSum(step)
    // An aggregate without a key makes a row even of no rows.
    const isTable = context.compiled.steps.get(step)?.planned.kind === 'table'
    if (
      last !== undefined &&
      unchanged === 0 &&
      counter.rowsIn > counter.passedBy &&
      counter.rejected === counter.rowsIn - counter.passedBy &&
      counter.rowsOut === (isTable ? counter.created : counter.passedBy)
    )
      throw allFailed(step, counter, last)
  }
  assertNoneBetween(context)
  assertLedger(context)
  context.rejects.finish(context.sourceCounter.rowsIn, counters, pathsOf(context), last, unchanged)
}

/** The way of the rows to each step and sink. */
function pathsOf({ compiled }: RunContext): readonly (readonly string[])[] {
  const nodes = [...compiled.steps.values(), ...compiled.sinks.values()].map(({ node }) => node)
  const inputs = new Map(nodes.map(({ id, input }) => [id, input]))
  return nodes.map(({ id }) => {
    const path: string[] = []
    for (let at: string | undefined = id; at !== undefined; at = inputs.get(at)) path.unshift(at)
    return path
  })
}

/**
 * Checks that the ledger has noted every row that a row step dropped, and every rejected row.
 *
 * @throws MAESTRO_RUN_COUNTS
 */
function assertLedger({ ledger, compiled, counters, sourceCounter }: RunContext): void {
  if (ledger === undefined) return
  for (const [step, counter] of [['source', sourceCounter] as const, ...counters]) {
    const kind = compiled.steps.get(step)?.planned.kind
    const { dropped, rejected } = ledger.tally(step)
    const isListed = kind !== 'table' && kind !== 'opaque'
    if (rejected === counter.rejected && (!isListed || dropped === counter.dropped)) continue
    const counts = `${counter.dropped} dropped and ${counter.rejected} rejected, and the ledger has ${dropped} and ${rejected}`
    throw maestroError('MAESTRO_RUN_COUNTS', { step, counts }).at({ step })
  }
}

/** Checks that no row is lost or created between a step and the steps that read its rows. @throws MAESTRO_RUN_COUNTS */
function assertNoneBetween({ compiled, counters, sourceCounter }: RunContext): void {
  for (const { node } of [...compiled.steps.values(), ...compiled.sinks.values()]) {
    const before = node.input === 'source' ? sourceCounter : counters.get(node.input)
    const after = counters.get(node.id)
    if (before === undefined || after === undefined || before.rowsOut === after.rowsIn) continue
    const counts = `${before.rowsOut} left ${node.input} and ${after.rowsIn} came in`
    throw maestroError('MAESTRO_RUN_COUNTS', { step: node.id, counts }).at({ step: node.id })
  }
}
