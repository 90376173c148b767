import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { RunReport } from '../contracts/report.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import type { CompiledPipeline } from '../pipeline/compile/compiled-pipeline.js'
import { closeRun, freeOperators, writeReport } from './close-run.js'
import { readRunState } from './durability/run-state.js'
import { unfit } from './incremental/asked-settings.js'
import { forgetIncremental, IncrementalRun } from './incremental/incremental-run.js'
import { checkCounts } from './report/check-counts.js'
import { checkEmptied } from './report/check-emptied.js'
import { checkReplacedInput } from './report/check-replaced-input.js'
import { createReport, observersOf } from './report/create-report.js'
import type { PipelineRunOptions, Run } from './run.js'
import type { RunEnvironment } from './run-environment.js'
import { runStages } from './stages/run-stages.js'
import { startRun } from './start-run.js'
import { stateErrorIn } from './state/state-errors.js'
import { toStepError } from './stream/step-result.js'

/**
 * Hop 8: runs a plan. Outputs become visible only when the whole run has succeeded. Rows that fail are rejected, and
 * the counts of every step add up.
 *
 * @returns the report of a successful run
 * @throws the error that stopped the run, with the report in `report`. The outputs are then unchanged, unless the
 *   commit of a sink failed: the report's `sinks` names those that were committed before it. Throws MAESTRO_RUN_ABORTED
 *   when the signal fired before the commit began.
 */
export async function runPipeline(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  options: PipelineRunOptions = {},
): Promise<RunReport> {
  const incremental = await beginIncremental(compiled, environment, options)
  const run = await startRun(incremental?.compiled ?? compiled, environment, options, incremental)
  const { context } = run
  let failure = await writeOutputs(run)
  run.stopObserving()
  await freeOperators(context)
  await context.endRun(context.folder.runId)
  const made = createReport(run, failure)
  await closeRun(context, made)
  // The error that stopped the run takes precedence over an error of a plugin's hook at its end.
  await context.hooks.runDone.promise({ runId: made.runId, report: made }).catch((error) => {
    failure ??= context.redact(toRunError(error))
  })
  run.stopHearingObservers()
  const report = await withObservers(run, made)
  if (failure !== undefined) throw Object.assign(failure, { report })
  return report
}

/** The report with the failures of observers, some of which may have occurred while they received the report. */
async function withObservers(run: Run, report: RunReport): Promise<RunReport> {
  const observed = observersOf(run.observers)
  if (isDeepStrictEqual(observed.observers, report.observers)) return report
  const complete = { ...report, ...observed }
  await writeReport(run.context, complete)
  return complete
}

/**
 * Runs the stages, checks the counts, and commits the outputs, or leaves them unchanged. @returns the error that
 * stopped the run
 */
async function writeOutputs(run: Run): Promise<MaestroError | undefined> {
  const { context } = run
  const { signal, outputs } = context
  let committing = false
  try {
    const isWhole = await runStages(run)
    if (signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, signal.reason)
    if (!isWhole) {
      run.isPaused = true
      await outputs.abort()
      return undefined
    }
    checkCounts(context, run.lastReject())
    if (run.observers.critical !== undefined) throw run.observers.critical
    if (!(run.options.allowEmpty ?? context.settings.allowEmpty ?? false)) checkEmptied(context)
    await checkReplacedInput(context)
    committing = true
    const { incremental } = context
    if (incremental === undefined && context.folder.kept)
      await forgetIncremental(context.stateDirectory, run.compiled.definition)
    await outputs.commit(
      (id) => context.counters.get(id)?.rowsOut ?? 0,
      (id, { rows, location }) => {
        run.sinks.push({ id, use: run.compiled.sinks.get(id)?.node.use ?? '', rows, location })
      },
    )
    await incremental?.finish(context.folder.runId)
    return undefined
  } catch (error) {
    // If a run was stopped, the stop ended it, regardless of the errors that its parts threw.
    const stopped = signal.aborted && !committing && !MaestroError.is(error, 'MAESTRO_RUN_ABORTED')
    const failure = stopped ? maestroError('MAESTRO_RUN_ABORTED', {}, error) : toRunError(error, context.folder.path)
    await outputs.abort()
    return context.redact(failure)
  }
}

/** What an incremental run processes; undefined for a run that processes all rows. @throws MAESTRO_INCREMENTAL_UNFIT */
async function beginIncremental(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  { keep = true, limit, resume, incremental, retryRejects, overwrite, signal }: PipelineRunOptions,
): Promise<IncrementalRun | undefined> {
  if (!keep) return undefined
  const folder = resume && join(environment.stateDirectory, 'runs', resume.run)
  const isAsked = folder === undefined ? incremental : (readRunState(folder).incremental ?? false)
  const isMeant = isAsked ?? (compiled.definition.incremental !== undefined && limit === undefined)
  if (!isMeant) return undefined
  if (limit !== undefined)
    throw unfit(compiled, 'the run has a limit of rows', 'Run it without --limit, or without --incremental.')
  try {
    return await IncrementalRun.begin(compiled, environment, { folder, retryRejects, overwrite, signal })
  } catch (error) {
    throw environment.redact(toRunError(error))
  }
}

/** @param folder The folder of the run, whose own files nobody else may be blamed for. */
function toRunError(error: unknown, folder?: string): MaestroError {
  if (MaestroError.is(error)) return error
  const state = folder === undefined ? undefined : stateErrorIn(folder, error)
  return state ?? toStepError(error, 'run', undefined)
}
