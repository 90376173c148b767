import { basename, join } from 'node:path'
import type { PlannedStage } from '../../contracts/plan.js'
import type { SourceReader } from '../../contracts/source.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import { type RestoredStages, recordStage, restoreStages } from '../durability/resume-run.js'
import { noUsage } from '../report/usage-totals.js'
import type { Run } from '../run.js'
import type { RunContext } from '../run-context.js'
import { rowsToRead } from '../source/checked-source.js'
import { openSource } from '../source/open-source.js'
import type { OpenedSource } from '../source/read-source.js'
import { sourceRows, stageFolder } from '../state/stage-files.js'
import { isPaid } from '../stream/create-row-step.js'
import { runPartitions } from './run-partitions.js'
import { passOnRows, runStage, type StageFiles } from './run-stage.js'

/**
 * Runs the stages of a plan, one after the other.
 *
 * @returns false if the run has stopped after the step that was asked for @throws what stops the run
 */
export async function runStages(run: Run): Promise<boolean> {
  const { context, compiled, options } = run
  const { plan } = compiled
  const { hooks, journal, folder, durable } = context
  const { runId } = folder
  if (options.resume === undefined) journal.event({ event: 'run-start', pipeline: plan.pipeline, runId })
  else {
    journal.continueEvents()
    journal.event({ event: 'run-resumed', owner: durable?.lease.number ?? 0 })
  }
  await hooks.runStart.promise({ runId, plan, directory: folder.kept ? folder.path : undefined })
  const reader = await openSource(compiled, context.storage, storeFor(run))
  try {
    return await runAll(run, reader)
  } finally {
    await reader.stored?.dispose()
  }
}

/** Runs the stages over an open source. */
async function runAll(run: Run, reader: OpenedSource): Promise<boolean> {
  const { context, compiled, options } = run
  const { plan } = compiled
  const { journal, folder, executor, signal, durable } = context
  const { finished, begun } = durable === undefined ? nothing : await restoreStages(run, durable, reader)
  const files: StageFiles = new Map()
  const last = lastStage(compiled)
  for (const stage of plan.stages) {
    const { index, name, steps } = stage
    if (signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, signal.reason)
    const outputs = options.output !== undefined && index === last ? [options.output] : []
    const input = { reader, files, outputs, progress: begun.get(index) }
    const receipt = finished.get(index)
    journal.event({ event: receipt === undefined ? 'stage-start' : 'stage-reused', stage: index, name })
    announceSource(stage, reader, receipt !== undefined, context)
    announceSteps(stage, context)
    if (receipt !== undefined) {
      files.set(index, join(stageFolder(folder.path, stage), receipt.file))
      // The ledger has the rows of this stage already.
      context.ledger?.begin(index, 'output', [])
      await passOnRows(stage, { ...input, begun: receipt.sinks }, { ...context, ledger: undefined })
    } else {
      const work = async () => void (await runStage(stage, input, context))
      await runPartitions(executor, [{ stage: index, index: 0 }], work, context)
      const file = files.get(index)
      if (durable !== undefined && file !== undefined) await recordStage(stage, basename(file), run, durable, reader)
    }
    context.usage.settle()
    await endStage(stage, context)
    if (options.until !== undefined && steps.at(-1) === options.until) return false
  }
  addDirectSource(context)
  return true
}

/**
 * Where the rows of a generator or a stream are stored. Where no step asks a model or a store, the rows are computed again
 * instead, which costs less.
 */
function storeFor({ context, compiled }: Run): Parameters<typeof openSource>[2] {
  const { durable, folder, lease, limit } = context
  if (durable === undefined || ![...compiled.steps.values()].some(isPaid)) return undefined
  return { path: join(folder.path, sourceRows), readsAhead: limit === undefined, isShared: lease.mayBeShared }
}

const nothing: RestoredStages = { finished: new Map(), begun: new Map() }

/** Reports the rows that were read before the run was resumed. */
function announceSource({ input }: PlannedStage, reader: SourceReader, isDone: boolean, context: RunContext): void {
  const { sourceCounter, hooks, folder } = context
  const rows = sourceCounter.rowsIn
  if (input !== 'source' || (rows === 0 && !isDone) || !hooks.sourceProgress.isUsed()) return
  const rowsTotal = isDone ? rows : rowsToRead(reader, context)
  hooks.sourceProgress.call({
    runId: folder.runId,
    rows,
    before: sourceCounter.snapshot(),
    ...(rowsTotal === undefined ? {} : { rowsTotal }),
    done: isDone,
  })
}

/** Reports that the steps of a stage begin, and what was done of them before the run was resumed. */
function announceSteps({ index, steps }: PlannedStage, { hooks, folder, counters, usage }: RunContext): void {
  for (const step of steps) {
    const counts = counters.get(step)?.snapshot()
    const used = usage.of(step)
    const isBegun = (counts?.rowsIn ?? 0) > 0 || used !== undefined
    const before = counts !== undefined && isBegun ? { before: { counts, usage: used ?? noUsage() } } : {}
    hooks.stepStart.call({ runId: folder.runId, step, stage: index, ...before })
  }
}

/** Records the counts of a stage's steps, which must add up. */
async function endStage({ index, steps }: PlannedStage, context: RunContext): Promise<void> {
  const { counters, hooks, journal, folder } = context
  const counts = Object.fromEntries(steps.map((step) => [step, counters.get(step)?.snapshot()]))
  journal.event({ event: 'stage-done', stage: index, steps: counts })
  for (const step of steps) {
    const counter = counters.get(step)
    counter?.assertSum(step)
    if (counter !== undefined)
      await hooks.stepDone.promise({ runId: folder.runId, step, stage: index, counts: counter.snapshot() })
  }
}

/** The stage that holds the end of the pipeline. Its rows are the rows of the pipeline. */
function lastStage(compiled: CompiledPipeline): number {
  const { end } = compiled.definition
  const stage = compiled.plan.stages.findLast(
    (candidate) =>
      end === undefined || candidate.steps.includes(end) || (end === 'source' && candidate.steps.length === 0),
  )
  return stage?.index ?? 0
}

/** When a step over a whole table has read the files of the source itself, its count is the count of the source. */
function addDirectSource(context: RunContext): void {
  const first = context.compiled.plan.stages.find((stage) => stage.input === 'source' && stage.kind !== 'rows')
  if (first === undefined || context.sourceCounter.rowsIn > 0) return
  const rows = context.counters.get(first.steps[0] ?? '')?.rowsIn ?? 0
  context.sourceCounter.add({ rowsIn: rows, rowsOut: rows })
}
