import type { RunReport, SinkReport, StepReport } from '../../contracts/report.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import type { Run } from '../run.js'
import type { RunContext } from '../run-context.js'
import { adviseThreads } from '../workers/advise-threads.js'
import type { ObserverCounter } from './observer-failures.js'
import { StepCounter } from './step-counter.js'

/** Creates the report of a run, including the error that stopped it. */
export function createReport(
  { context, compiled, started, startedAt, sinks, usage, rejects, observers, isPaused }: Run,
  failure: MaestroError | undefined,
): RunReport {
  const steps = [...compiled.steps.values()].map((step): StepReport => {
    const used = usage.of(step.node.id)
    const counts = context.counters.get(step.node.id)?.snapshot() ?? new StepCounter().snapshot()
    return { id: step.node.id, use: step.planned.use, counts, ...(used === undefined ? {} : { usage: used }) }
  })
  const drops = context.ledger?.drops.list() ?? []
  const durationMs = Date.now() - started
  const advice = adviseThreads({ steps, durationMs, stepMs: context.stepTimes.milliseconds() })
  const status =
    failure === undefined
      ? isPaused
        ? 'paused'
        : 'done'
      : failure.code === 'MAESTRO_RUN_ABORTED'
        ? 'aborted'
        : 'failed'
  return {
    runId: context.folder.runId,
    pipeline: compiled.plan.pipeline,
    status,
    startedAt,
    durationMs,
    counts: totalCounts(context),
    steps,
    rejects: rejects.list(),
    ...(drops.length === 0 ? {} : { drops }),
    ...(context.warnings.length === 0 ? {} : { warnings: context.warnings }),
    ...(advice.length === 0 ? {} : { advice }),
    sinks: inPlanOrder(sinks, compiled),
    ...(context.incremental === undefined ? {} : { incremental: context.incremental.report }),
    ...observersOf(observers),
    servings: usage.servings(),
    usage: usage.total(),
    directory: context.folder.kept ? context.folder.path : undefined,
    ...(failure === undefined ? {} : { error: failure.toJSON() }),
  }
}

/** The sinks in the order of the pipeline: the order of their commits differs after a resumption. */
const inPlanOrder = (sinks: readonly SinkReport[], { sinks: planned }: CompiledPipeline): readonly SinkReport[] =>
  [...planned.keys()].flatMap((id) => sinks.find((sink) => sink.id === id) ?? [])

/** The part of the report about observers: nothing if none failed. */
export function observersOf(observers: ObserverCounter): Pick<RunReport, 'observers'> {
  const failed = observers.list()
  return failed.length === 0 ? {} : { observers: failed }
}

/**
 * Counts the rows of the whole run by what happened to them. A row that several branches read counts once for each
 * branch.
 */
function totalCounts(context: RunContext): ReturnType<StepCounter['snapshot']> {
  const { compiled, sourceCounter } = context
  const total = new StepCounter()
  total.rowsIn = sourceCounter.rowsIn
  total.rejected = sourceCounter.rejected
  const outOf = new Map([['source', sourceCounter.rowsOut]])
  for (const id of compiled.steps.keys()) {
    const counter = context.counters.get(id)
    if (counter === undefined) continue
    const { rejected, dropped, merged, created } = counter
    total.add({ rejected, dropped, merged, created })
    outOf.set(id, counter.rowsOut)
  }
  for (const id of compiled.sinks.keys()) total.rejected += context.counters.get(id)?.rejected ?? 0
  const inputs = [...compiled.steps.values(), ...compiled.sinks.values()].map((consumer) => consumer.node.input)
  for (const [id, rows] of outOf) {
    const consumers = inputs.filter((input) => input === id).length
    total.created += rows * Math.max(0, consumers - 1)
    if (consumers === 0) total.rowsOut += rows
  }
  for (const id of compiled.sinks.keys()) total.rowsOut += context.counters.get(id)?.rowsOut ?? 0
  return total.snapshot()
}
