import { join } from 'node:path'
import type { MaestroError } from '../errors/maestro-error.js'
import type { CompiledPipeline } from '../pipeline/compile/compiled-pipeline.js'
import { ledgerFile, RunLedger } from './ledger/run-ledger.js'
import { promptVersions } from './prompt-versions.js'
import { RowSamples } from './record/row-samples.js'
import { ObserverCounter } from './report/observer-failures.js'
import { RejectGroups } from './report/reject-groups.js'
import { RejectPolicy } from './report/reject-policy.js'
import { RejectedBefore } from './report/rejected-before.js'
import { StepCounter } from './report/step-counter.js'
import { UsageCounter } from './report/usage-counter.js'
import type { PipelineRunOptions, Run } from './run.js'
import type { RunContext, RunEnvironment } from './run-context.js'
import { RunOutputs } from './run-outputs.js'
import { Journal, toRejectLine } from './state/journal.js'
import {
  createRunFolder,
  createRunId,
  createTemporaryFolder,
  type RunFolder,
  writeFileAtomically,
} from './state/run-folder.js'

/** Creates the folder, journal, counters, and outputs of a run. It reads nothing yet. */
export async function startRun(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  options: PipelineRunOptions,
): Promise<Run> {
  const started = Date.now()
  const { directory, allowOutside, logger, settings } = environment
  const folder = await openFolder(compiled, environment, options)
  const journal = new Journal(folder.kept ? folder.path : undefined)
  const signal = options.signal ?? new AbortController().signal
  const createCounter = () => new StepCounter(settings.failFast)
  const storage = { directory, allowOutside, signal, runDirectory: folder.path, logger }
  const usage = new UsageCounter(folder.runId, (serving, step, warning) => logger.warn(warning, { serving, step }))
  const prompts = promptVersions(compiled)
  const { ledger: kind = true } = settings
  const ledger = folder.kept && kind !== false ? openLedger(folder, started, prompts, kind === 'checksums') : undefined
  const stopObserving = environment.observeServings({
    requestDone(event) {
      usage.requestDone(event)
      ledger?.requestDone(event)
    },
    servingState: (event) => usage.servingState(event),
  })
  environment.beginRun(folder.runId, prompts)
  const observers = new ObserverCounter(folder.runId, ({ plugin, hook, error }) =>
    logger.warn(environment.redact(error).message, { plugin, hook }),
  )
  const stopHearingObservers = environment.hearObserverFailures(observers.add)
  const rejects = new RejectGroups()
  let last: MaestroError | undefined
  const context: RunContext = {
    ...environment,
    compiled,
    folder,
    journal,
    ledger,
    samples: folder.kept ? new RowSamples() : undefined,
    rejects: new RejectPolicy(settings),
    rejectedBefore: compiled.plan.stages.some(({ kind }) => kind === 'opaque') ? new RejectedBefore() : undefined,
    counters: new Map([...compiled.steps.keys(), ...compiled.sinks.keys()].map((id) => [id, createCounter()])),
    sourceCounter: createCounter(),
    storage,
    outputs: new RunOutputs(storage, options.overwrite ?? false),
    operators: [],
    signal,
    overwrite: options.overwrite ?? false,
    limit: options.limit,
    trace: options.trace,
    reject({ step, use, stage }, counter, rejected) {
      const { id: rowId, row } = rejected
      const error = environment.redact(rejected.error)
      last = error
      journal.reject({ ...toRejectLine(rowId, use, row, error), step })
      rejects.add(step, rowId, error)
      ledger?.rejected(step, rowId, error.code, error.tries ?? 1)
      options.onReject?.({ id: rowId, row, error })
      const { rowRejected } = environment.hooks
      if (rowRejected.isUsed())
        rowRejected.call({ runId: folder.runId, step, stage, rowId, row, error, tries: error.tries ?? 1 })
      context.rejectedBefore?.add({ rowId, row, error })
      context.rejects.add(step, counter, error)
    },
  }
  return {
    context,
    compiled,
    options,
    started,
    usage,
    rejects,
    sinks: [],
    observers,
    stopObserving,
    stopHearingObservers,
    lastReject: () => last,
  }
}

function openLedger(
  { runId, path }: RunFolder,
  started: number,
  prompts: ReadonlyMap<string, string>,
  checksums: boolean,
): RunLedger {
  return new RunLedger({ path: join(path, ledgerFile), runId, started, prompts, checksums })
}

/** The folder of the run, which contains its plan. It is a temporary folder when nothing is kept. */
async function openFolder(
  { plan }: CompiledPipeline,
  { stateDirectory }: RunEnvironment,
  { keep = true }: PipelineRunOptions,
): Promise<RunFolder> {
  const runId = createRunId(plan.pipeline)
  if (!keep) return createTemporaryFolder(runId)
  const folder = await createRunFolder(stateDirectory, runId)
  await writeFileAtomically(join(folder.path, 'plan.json'), `${JSON.stringify(plan, null, 2)}\n`)
  return folder
}
