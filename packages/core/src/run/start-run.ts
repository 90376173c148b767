import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PipelinePlan } from '../contracts/plan.js'
import type { StorageContext } from '../contracts/storage-context.js'
import { maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'
import { reasonOf } from '../errors/reason-of.js'
import type { CompiledPipeline } from '../pipeline/compile/compiled-pipeline.js'
import { DurableRun } from './durability/durable-run.js'
import type { Lease } from './durability/lease.js'
import type { OutputTarget } from './durability/output-claims.js'
import { readRunState, writeRunState } from './durability/run-state.js'
import { SinkCommits } from './durability/sink-commits.js'
import type { IncrementalRun } from './incremental/incremental-run.js'
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
import type { RunContext } from './run-context.js'
import type { RunEnvironment } from './run-environment.js'
import { RunOutputs } from './run-outputs.js'
import { Journal, toRejectLine } from './state/journal.js'
import { removeTemporaryFiles } from './state/remove-temporary-files.js'
import {
  createRunFolder,
  createRunId,
  createTemporaryFolder,
  type RunFolder,
  writeFileAtomically,
} from './state/run-folder.js'
import { StepTimes } from './workers/step-times.js'

/** Creates the folder, journal, counters, and outputs of a run. It reads nothing yet. */
export async function startRun(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  options: PipelineRunOptions,
  incremental?: IncrementalRun,
): Promise<Run> {
  const started = Date.now()
  const { directory, allowOutside, allowPrivateAddresses, logger, settings } = environment
  const signal = options.signal ?? new AbortController().signal
  const { folder, lease, durable, startedAt, isFresh } = await openFolder(
    compiled,
    environment,
    { ...options, incremental: incremental !== undefined },
    new Date(started),
  )
  await durable?.orRelease(async () => incremental?.keep(folder.path))
  const journal = new Journal(folder.kept ? folder.path : undefined)
  const createCounter = () => new StepCounter(settings.failFast)
  const storage: StorageContext = {
    directory,
    allowOutside,
    allowPrivateAddresses,
    signal,
    runDirectory: folder.path,
    logger,
    async writeParquet({ path, columns }, output) {
      const engine = await environment.tableEngine()
      const input = { path, format: 'step' } as const
      return engine?.writeParquet?.({
        input,
        columns: { columns, open: false },
        output,
        signal,
        directory: folder.path,
      })
    },
  }
  const warn = (serving: string, step: string | undefined, warning: string) => logger.warn(warning, { serving, step })
  const usage = new UsageCounter(folder.runId, warn, durable !== undefined)
  const prompts = promptVersions(compiled)
  const { ledger: kind = true } = settings
  const ledger =
    folder.kept && kind !== false ? openLedger(folder, Date.parse(startedAt), prompts, kind === 'checksums') : undefined
  const stopObserving = environment.observeServings({
    requestDone(event) {
      usage.requestDone(event)
      ledger?.requestDone(event)
    },
    servingState: (event) => usage.servingState(event),
  })
  environment.beginRun(folder.runId, prompts, durable?.calls, isFresh)
  const observers = new ObserverCounter(folder.runId, ({ plugin, hook, error }) =>
    logger.warn(environment.redact(error).message, { plugin, hook }),
  )
  const stopHearingObservers = environment.hearObserverFailures(observers.add)
  const rejects = new RejectGroups()
  let last: MaestroError | undefined
  const context: RunContext = {
    ...environment,
    compiled,
    runId: folder.runId,
    folder,
    lease,
    journal,
    ledger,
    samples: folder.kept ? new RowSamples() : undefined,
    rejects: new RejectPolicy(settings),
    rejectedBefore: compiled.plan.stages.some(({ kind }) => kind === 'opaque') ? new RejectedBefore() : undefined,
    counters: new Map([...compiled.steps.keys(), ...compiled.sinks.keys()].map((id) => [id, createCounter()])),
    // Records that cannot be read are met in every incremental run, among the unchanged rows that are passed over.
    sourceCounter: incremental?.passesOver ? new StepCounter(Number.POSITIVE_INFINITY) : createCounter(),
    storage,
    durable,
    outputs: new RunOutputs(
      storage,
      options.overwrite ?? false,
      durable && commitsOf(compiled.plan, durable),
      incremental,
    ),
    incremental,
    usage,
    operators: [],
    signal,
    warnings: [],
    stepTimes: new StepTimes(),
    overwrite: options.overwrite ?? false,
    isFresh,
    limit: options.limit,
    trace: options.trace,
    reject({ step, use, stage }, counter, rejected, hold = (record) => record()) {
      const { id: rowId, row } = rejected
      const error = environment.redact(rejected.error)
      last = error
      incremental?.rejected(rowId)
      const line = { ...toRejectLine(rowId, use, row, error), step }
      rejects.add(step, rowId, error)
      if (compiled.sinks.has(step)) context.outputs.refused(step, line)
      hold(() => {
        journal.reject(line)
        ledger?.rejected(step, rowId, error.code, error.tries ?? 1)
      })
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
    startedAt,
    usage,
    rejects,
    sinks: [],
    isPaused: false,
    observers,
    stopObserving,
    stopHearingObservers,
    lastReject: () => last,
    restoredReject: (error) => {
      last = error
    },
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

interface OpenedFolder {
  readonly folder: RunFolder
  readonly lease: Lease
  readonly durable: DurableRun | undefined
  readonly startedAt: string
  readonly isFresh: boolean
}

/**
 * The folder of the run, which contains its plan: a new one, or that of the run to resume. It is a temporary folder when
 * nothing is kept.
 */
async function openFolder(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  {
    keep = true,
    resume,
    signal,
    limit,
    overwrite = false,
    allowEmpty,
    keepStepFiles = environment.settings.keepStepFiles,
    command,
    until,
    fresh = false,
    incremental,
    fullHash,
  }: PipelineRunOptions,
  now: Date,
): Promise<OpenedFolder> {
  const startedAt = now.toISOString()
  const { stateDirectory } = environment
  const { plan } = compiled
  const { pipeline } = plan
  if (!keep) {
    const { folder, lease } = await createTemporaryFolder(createRunId(pipeline, now))
    return { folder, lease, durable: undefined, startedAt, isFresh: fresh }
  }
  await removeLeftFiles(environment)
  const targets = targetsOf(compiled, environment)
  if (resume !== undefined) {
    const folder = { runId: resume.run, path: join(stateDirectory, 'runs', resume.run), kept: true }
    const { pipeline: own } = readRunState(folder.path)
    if (own !== pipeline)
      throw maestroError('MAESTRO_RUN_OTHER_PIPELINE', { run: resume.run, pipeline: own, given: pipeline })
    const durable = await DurableRun.open(folder, { ...resume, fresh }, signal)
    const state = await durable.orRelease(async () => {
      const state = readRunState(folder.path)
      await durable.claims.claim(targets)
      await writePlan(folder, plan)
      const cuts = [...new Set([...(state.cuts ?? []), ...(until === undefined ? [] : [until])])]
      const isFull = resume.fullHash ?? state.fullHash
      const isFresh = fresh || state.fresh
      const freshSince = fresh ? durable.lease.number : state.freshSince
      await writeRunState(folder.path, { ...state, cuts, fullHash: isFull, fresh: isFresh, freshSince })
      return { ...state, fresh: isFresh }
    })
    return { folder, lease: durable.lease, durable, startedAt: state.startedAt, isFresh: state.fresh === true }
  }
  const folder = await createRunFolder(stateDirectory, createRunId(pipeline, now))
  const durable = await DurableRun.open(folder, undefined, signal)
  try {
    await durable.claims.claim(targets)
  } catch (error) {
    await durable.end(false)
    await rm(folder.path, { recursive: true, force: true })
    throw error
  }
  await durable.orRelease(async () => {
    await writePlan(folder, plan)
    await writeRunState(folder.path, {
      runId: folder.runId,
      pipeline,
      startedAt,
      limit,
      overwrite,
      allowEmpty,
      keepStepFiles,
      cuts: until === undefined ? [] : [until],
      fresh,
      incremental,
      fullHash,
      command,
    })
  })
  return { folder, lease: durable.lease, durable, startedAt, isFresh: fresh }
}

/** Files that cannot be removed do not prevent a run. */
async function removeLeftFiles({ stateDirectory, logger }: RunEnvironment): Promise<void> {
  try {
    await removeTemporaryFiles(stateDirectory)
  } catch (error) {
    logger.warn('The hidden files of a killed run could not be removed.', { reason: reasonOf(error) })
  }
}

/** What the sinks of a run replace or create. */
function targetsOf({ sinks }: CompiledPipeline, context: RunEnvironment): readonly OutputTarget[] {
  return [...sinks.values()].flatMap(({ node, definition, options }) => {
    const target = definition.target?.(options, context)
    return target === undefined ? [] : [{ use: node.use, target }]
  })
}

/** The commits of the run's sinks on record, each with what the rows of its sink depend on. */
function commitsOf({ stages }: PipelinePlan, durable: DurableRun): SinkCommits {
  return new SinkCommits(durable.folder, durable.lease, (sink) =>
    durable.fingerprintOf(stages.find(({ sinks }) => sinks.includes(sink))?.index ?? 0),
  )
}

function writePlan({ path }: RunFolder, plan: PipelinePlan): Promise<void> {
  return writeFileAtomically(join(path, 'plan.json'), `${JSON.stringify(plan, null, 2)}\n`)
}
