import type { PlannedStage } from '../../contracts/plan.js'
import type { SourceReader } from '../../contracts/storage.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import type { Run } from '../run.js'
import type { RunContext } from '../run-context.js'
import { openInlineSource } from '../source/read-source.js'
import { runPartitions } from './run-partitions.js'
import { runStage, type StageFiles } from './run-stage.js'

/** Runs the stages of a plan, one after the other. @throws what stops the run */
export async function runStages({ context, compiled, options }: Run): Promise<void> {
  const { plan } = compiled
  const { hooks, journal, folder, executor, signal } = context
  const { runId } = folder
  journal.event({ event: 'run-start', pipeline: plan.pipeline, runId })
  await hooks.runStart.promise({ runId, plan, directory: folder.kept ? folder.path : undefined })
  const reader = await openSource(compiled, context)
  const files: StageFiles = new Map()
  const last = lastStage(compiled)
  for (const stage of plan.stages) {
    const { index, name, steps } = stage
    if (signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, signal.reason)
    journal.event({ event: 'stage-start', stage: index, name })
    for (const step of steps) hooks.stepStart.call({ runId, step, stage: index })
    const outputs = options.output !== undefined && index === last ? [options.output] : []
    const work = async () => void (await runStage(stage, { reader, files, outputs }, context))
    await runPartitions(executor, [{ stage: index, index: 0 }], work, signal)
    await endStage(stage, context)
  }
  addDirectSource(context)
}

async function openSource({ plan, source }: CompiledPipeline, context: RunContext): Promise<SourceReader> {
  if ('rows' in source.node) return openInlineSource(source.node, context.signal)
  const reader = await source.definition?.open(source.options, context.storage)
  if (reader === undefined) throw maestroError('MAESTRO_PIPELINE_NO_SOURCE', { pipeline: plan.pipeline })
  return reader
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

/** When a table engine has read the files of the source itself, the engine's count is the count of the source. */
function addDirectSource(context: RunContext): void {
  const first = context.compiled.plan.stages.find((stage) => stage.input === 'source' && stage.kind === 'table')
  if (first === undefined || context.sourceCounter.rowsIn > 0) return
  const rows = context.counters.get(first.steps[0] ?? '')?.rowsIn ?? 0
  context.sourceCounter.add({ rowsIn: rows, rowsOut: rows })
}
