import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunReport, SinkReport, StepReport } from '../contracts/report.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { reasonOf } from '../errors/reason-of.js'
import type { Operator } from '../operator/operator.js'
import type { CompiledPipeline } from '../pipeline/compile/compiled-pipeline.js'
import { RejectGroups } from './report/reject-groups.js'
import { allFailed, RejectPolicy } from './report/reject-policy.js'
import { StepCounter } from './report/step-counter.js'
import { UsageCounter } from './report/usage-counter.js'
import type { RunContext, RunEnvironment } from './run-context.js'
import { type RowOutput, RunOutputs } from './run-outputs.js'
import { openInlineSource } from './source/read-source.js'
import { runStage, type StageFiles } from './stages/run-stage.js'
import { Journal, toRejectLine } from './state/journal.js'
import {
  createRunFolder,
  createRunId,
  createTemporaryFolder,
  pruneRuns,
  writeFileAtomically,
} from './state/run-folder.js'
import { toStepError } from './stream/step-result.js'
import type { TraceRow } from './stream/stream-rows.js'

export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  /** Rows that are read from the source at most. */
  readonly limit?: number | undefined
  /** Existing outputs may be replaced. @default false */
  readonly overwrite?: boolean | undefined
  /** Keep a run folder with plan, events, rejects and report. @default true */
  readonly keep?: boolean | undefined
  /** Takes the rows that the pipeline ends with. */
  readonly output?: RowOutput | undefined
  readonly trace?: TraceRow | undefined
  /** Gets each row that could not be processed. */
  readonly onReject?:
    | ((row: { readonly id: string; readonly row: unknown; readonly error: MaestroError }) => void)
    | undefined
}

/**
 * Hop 8: runs a plan. Outputs appear only when the whole run has succeeded; rows that fail are in the rejects; the
 * counts of every step add up.
 *
 * @returns the report of a run that has succeeded
 * @throws what stopped the run, with the report in `report`. Outputs are then as they were, unless a sink's own commit
 * failed: those that the report's `sinks` names were committed before it. MAESTRO_RUN_ABORTED when the signal fired
 * before the commit began.
 */
export async function runPipeline(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  options: RunOptions = {},
): Promise<RunReport> {
  const started = Date.now()
  const run = await startRun(compiled, environment, options)
  const { context, sinks } = run
  let failure: MaestroError | undefined
  let committing = false
  try {
    await runStages(run)
    if (context.signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, context.signal.reason)
    checkCounts(context, run.lastReject())
    committing = true
    await context.outputs.commit((sink, result) => {
      const use = compiled.sinks.get(sink)?.node.use ?? ''
      sinks.push({ id: sink, use, rows: result.rows, location: result.location })
    })
  } catch (error) {
    // Whatever a stopped run's parts threw, it is the stop that ended it.
    const stopped = context.signal.aborted && !committing && !MaestroError.is(error, 'MAESTRO_RUN_ABORTED')
    failure = context.redact(stopped ? maestroError('MAESTRO_RUN_ABORTED', {}, error) : toRunError(error))
    await context.outputs.abort()
  }
  run.stopObserving()
  await freeOperators(context)
  await context.endRun(context.folder.runId)
  const report = createReport(run, started, failure)
  await closeRun(context, report)
  // What stopped the run is told before what a plugin has to say about its end.
  await context.hooks.runDone.promise({ runId: report.runId, report }).catch((error) => {
    failure ??= context.redact(toRunError(error))
  })
  if (failure !== undefined) throw Object.assign(failure, { report })
  return report
}

interface Run {
  readonly context: RunContext
  readonly compiled: CompiledPipeline
  readonly usage: UsageCounter
  readonly rejects: RejectGroups
  readonly sinks: SinkReport[]
  readonly options: RunOptions
  stopObserving(): void
  lastReject(): MaestroError | undefined
}

async function startRun(compiled: CompiledPipeline, environment: RunEnvironment, options: RunOptions): Promise<Run> {
  const runId = createRunId(compiled.plan.pipeline)
  const folder =
    options.keep === false
      ? await createTemporaryFolder(runId)
      : await createRunFolder(environment.stateDirectory, runId)
  if (folder.kept)
    await writeFileAtomically(join(folder.path, 'plan.json'), `${JSON.stringify(compiled.plan, null, 2)}\n`)
  const journal = new Journal(folder.kept ? folder.path : undefined)
  const signal = options.signal ?? new AbortController().signal
  const rejects = new RejectPolicy(environment.settings)
  const createCounter = () => new StepCounter(environment.settings.failFast)
  const storage = {
    directory: environment.directory,
    allowOutside: environment.allowOutside,
    signal,
    runDirectory: folder.path,
    logger: environment.logger,
  }
  const operators: Operator[] = []
  const usage = new UsageCounter(runId, (serving, step, warning) => environment.logger.warn(warning, { serving, step }))
  const stopObserving = environment.observeServings(usage)
  const groups = new RejectGroups()
  let last: MaestroError | undefined
  const context: RunContext = {
    ...environment,
    compiled,
    folder,
    journal,
    rejects,
    counters: new Map([...compiled.steps.keys(), ...compiled.sinks.keys()].map((id) => [id, createCounter()])),
    sourceCounter: createCounter(),
    storage,
    outputs: new RunOutputs(storage, options.overwrite ?? false),
    operators,
    signal,
    overwrite: options.overwrite ?? false,
    limit: options.limit,
    trace: options.trace,
    reject(place, counter, rejected) {
      const row = { ...rejected, error: environment.redact(rejected.error) }
      last = row.error
      journal.reject({ ...toRejectLine(row.id, place.use, row.row, row.error), step: place.step })
      groups.add(place.step, row.id, row.error)
      options.onReject?.(row)
      if (environment.hooks.rowRejected.isUsed()) {
        environment.hooks.rowRejected.call({
          runId,
          step: place.step,
          stage: place.stage,
          rowId: row.id,
          row: row.row,
          error: row.error,
          tries: row.error.tries ?? 1,
        })
      }
      rejects.add(place.step, counter, row.error)
    },
  }
  return { context, compiled, usage, rejects: groups, sinks: [], options, stopObserving, lastReject: () => last }
}

async function runStages({ context, compiled, options }: Run): Promise<void> {
  const { plan, source } = compiled
  const { hooks, journal, folder } = context
  journal.event({ event: 'run-start', pipeline: plan.pipeline, runId: folder.runId })
  await hooks.runStart.promise({ runId: folder.runId, plan, directory: folder.kept ? folder.path : undefined })
  const reader =
    'rows' in source.node
      ? openInlineSource(source.node, context.signal)
      : await source.definition?.open(source.options, context.storage)
  if (reader === undefined) throw maestroError('MAESTRO_PIPELINE_NO_SOURCE', { pipeline: plan.pipeline })
  const files: StageFiles = new Map()
  const last = lastStage(compiled)
  for (const stage of plan.stages) {
    if (context.signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, context.signal.reason)
    journal.event({ event: 'stage-start', stage: stage.index, name: stage.name })
    for (const step of stage.steps) hooks.stepStart.call({ runId: folder.runId, step, stage: stage.index })
    const outputs = options.output !== undefined && stage.index === last ? [options.output] : []
    await context.executor.execute(
      [{ stage: stage.index, index: 0 }],
      async () => void (await runStage(stage, { reader, files, outputs }, context)),
      context.signal,
    )
    const counts = Object.fromEntries(stage.steps.map((step) => [step, context.counters.get(step)?.snapshot()]))
    journal.event({ event: 'stage-done', stage: stage.index, steps: counts })
    for (const step of stage.steps) {
      const counter = context.counters.get(step)
      counter?.assertSum(step)
      if (counter !== undefined)
        await hooks.stepDone.promise({ runId: folder.runId, step, stage: stage.index, counts: counter.snapshot() })
    }
  }
  addDirectSource(context)
}

/** The stage whose rows are the pipeline's: the one that holds its end. */
function lastStage(compiled: CompiledPipeline): number {
  const { end } = compiled.definition
  const stage = compiled.plan.stages.findLast(
    (candidate) =>
      end === undefined || candidate.steps.includes(end) || (end === 'source' && candidate.steps.length === 0),
  )
  return stage?.index ?? 0
}

/** When a table engine read the source's files itself, its count is the source's. */
function addDirectSource(context: RunContext): void {
  const first = context.compiled.plan.stages.find((stage) => stage.input === 'source' && stage.kind === 'table')
  if (first === undefined || context.sourceCounter.rowsIn > 0) return
  const rows = context.counters.get(first.steps[0] ?? '')?.rowsIn ?? 0
  context.sourceCounter.add({ rowsIn: rows, rowsOut: rows })
}

/** @throws MAESTRO_RUN_ALL_FAILED when rows came in and every one failed in one step, MAESTRO_RUN_TOO_MANY_REJECTS */
function checkCounts(context: RunContext, last: MaestroError | undefined): void {
  context.sourceCounter.assertSum('source')
  const counters: (readonly [string, StepCounter])[] = [['source', context.sourceCounter], ...context.counters]
  for (const [step, counter] of counters) {
    counter.assertSum(step)
    if (last !== undefined && counter.rowsIn > 0 && counter.rejected === counter.rowsIn)
      throw allFailed(step, counter, last)
  }
  context.rejects.finish(context.sourceCounter.rowsIn, counters, last)
}

function toRunError(error: unknown): MaestroError {
  return MaestroError.is(error) ? error : toStepError(error, 'run', undefined)
}

function createReport(
  { context, compiled, sinks, usage, rejects }: Run,
  started: number,
  failure: MaestroError | undefined,
): RunReport {
  const steps = [...compiled.steps.values()].map((step): StepReport => {
    const used = usage.of(step.node.id)
    const counts = context.counters.get(step.node.id)?.snapshot() ?? new StepCounter().snapshot()
    return { id: step.node.id, use: step.planned.use, counts, ...(used === undefined ? {} : { usage: used }) }
  })
  const status = failure === undefined ? 'done' : failure.code === 'MAESTRO_RUN_ABORTED' ? 'aborted' : 'failed'
  return {
    runId: context.folder.runId,
    pipeline: compiled.plan.pipeline,
    status,
    startedAt: new Date(started).toISOString(),
    durationMs: Date.now() - started,
    counts: totalCounts(context),
    steps,
    rejects: rejects.list(),
    sinks,
    servings: usage.servings(),
    usage: usage.total(),
    directory: context.folder.kept ? context.folder.path : undefined,
    ...(failure === undefined ? {} : { error: failure.toJSON() }),
  }
}

/** The counts of the whole run: what came in, what became of it. A row that several branches read counts once for each. */
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

/** Operators that the run made are freed. What they did is done: one that fails to go is told of, and no more. */
async function freeOperators(context: RunContext): Promise<void> {
  for (const operator of context.operators) {
    try {
      await operator.dispose?.()
    } catch (error) {
      context.logger.warn('An operator could not be freed.', {
        operator: operator.constructor.name,
        reason: reasonOf(error),
      })
    }
  }
}

/** Ends the journal and writes the report. The outputs are settled by now: a state that cannot be written is told of. */
async function closeRun(context: RunContext, report: RunReport): Promise<void> {
  const { folder, journal } = context
  try {
    for (const { id, rows, location } of report.sinks) journal.event({ event: 'sink-done', sink: id, rows, location })
    const { status, error } = report
    journal.event({ event: 'run-done', status, ...(error === undefined ? {} : { error }) })
    journal.close()
    if (!folder.kept) return await rm(folder.path, { recursive: true, force: true })
    await writeFileAtomically(join(folder.path, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
    await pruneRuns(context.stateDirectory, context.keepRuns, folder.runId)
  } catch (error) {
    context.logger.warn('The run folder is not complete.', { path: folder.path, reason: reasonOf(error) })
  } finally {
    journal.close()
  }
}
