import type { RunReport } from '@maestro-dataflow/core'
import { findPipeline, pipelineName, type UnfinishedRun } from '@maestro-dataflow/core/runtime'
import {
  type CommandProject,
  openCommandProject,
  openPipeline,
  type PipelineOptions,
  pipelineArgument,
} from './command-project.js'
import { describeReport } from './describe-report.js'
import { startDetached } from './detached/start-detached.js'
import { tellStart } from './detached/started-run.js'
import { cliError } from './errors.js'
import { noPipeline } from './no-pipeline.js'
import { sinkTargets } from './output/file-sinks.js'
import { limitedOutputs } from './output/limited-outputs.js'
import { standardPath } from './output/typed-path.js'
import { withOutput } from './output/with-output.js'
import { askConsent } from './plugin/consent.js'
import { showProgress } from './progress/show-progress.js'
import { tellDecisions, tellUnfinished } from './resume/describe-resume.js'
import { sameCommand } from './resume/same-command.js'
import { stopOnInterrupt } from './supervision/stop-signal.js'
import { toJsonText } from './terminal/json.js'
import { print, printMessage } from './terminal/print.js'
import { refreshTypesFile } from './types/write-types-file.js'

export interface RunCommandOptions extends PipelineOptions {
  readonly limit?: number | undefined
  readonly set: Readonly<Record<string, string>>
  readonly output?: string | undefined
  readonly overwrite?: boolean | undefined
  readonly allowEmpty?: boolean | undefined
  /** Whether the rows between stages stay when the run is done. @default as the config says */
  readonly keepStepFiles?: boolean | undefined
  /** Whether to continue an unfinished run if there is one. */
  readonly resume?: boolean | undefined
  readonly retryRejects?: boolean | undefined
  readonly fullHash?: boolean | undefined
  /** The step after which the run stops. */
  readonly until?: string | undefined
  /** The step whose stage runs again when the run is continued. */
  readonly from?: string | undefined
  /** Whether to ask models again. */
  readonly fresh?: boolean | undefined
  /** Whether to process only new and changed rows. @default as the pipeline says */
  readonly incremental?: boolean | undefined
  /** Whether the run goes on in a process of its own, and this one ends. */
  readonly detach?: boolean | undefined
  readonly json?: boolean | undefined
}

/**
 * `maestro run`: runs pipelines one after the other, and ends at the first that fails. The first Ctrl-C stops the run
 * cleanly; the second one ends the process at once.
 */
export async function run(pipelines: readonly string[], options: RunCommandOptions): Promise<void> {
  if (pipelines.length === 0) throw await noPipeline('run', options)
  if (options.output !== undefined && pipelines.length > 1)
    throw cliError('MAESTRO_CLI_USAGE', { reason: '--output is for one pipeline, and several are named.' })
  if (options.detach === true) {
    if (pipelines.length > 1)
      throw cliError('MAESTRO_CLI_USAGE', { reason: '--detach is for one pipeline, and several are named.' })
    if (options.output === standardPath || Object.values(options.set).includes(standardPath))
      throw cliError('MAESTRO_CLI_USAGE', {
        reason: 'A detached run has no standard input and output, which - stands for.',
      })
    await startDetached(options)
    return
  }
  if (pipelines.length > 1) await assertKnown(pipelines, options)
  for (const pipeline of pipelines) {
    await runOne(pipeline, options, async ({ project }) => {
      const { set, output, serving, limit } = options
      const asked = { pipeline: pipelineArgument(pipeline), set, output, serving, limit }
      const unfinished = (await project.unfinishedRuns()).find((known) => sameCommand(known, asked))
      if (options.from !== undefined) return unfinished ?? project.unfinishedRun()
      if (options.resume === true) {
        await project.assertNewestReadable(pipelineName(asked.pipeline))
        return unfinished
      }
      if (options.json !== true) tellUnfinished(unfinished)
      return undefined
    })
  }
}

/** An unknown name is reported before the first pipeline runs. @throws MAESTRO_PIPELINE_UNKNOWN */
async function assertKnown(pipelines: readonly string[], options: RunCommandOptions): Promise<void> {
  const { project, config } = await openCommandProject(options)
  await project.dispose()
  for (const pipeline of pipelines) await findPipeline(pipelineArgument(pipeline), config)
}

/**
 * Runs one pipeline, and prints its report.
 *
 * @param findUnfinished Finds the unfinished run to continue; undefined begins a new one.
 */
export async function runOne(
  pipeline: string,
  options: RunCommandOptions,
  findUnfinished: (opened: CommandProject) => Promise<UnfinishedRun | undefined>,
): Promise<void> {
  const signal = stopOnInterrupt()
  const progress = showProgress(options)
  const opened = await openCommandProject(options, [progress.plugin, tellStart])
  try {
    await askConsent(opened.project)
    await refreshTypesFile(opened.project)
    const unfinished = await findUnfinished(opened)
    const { report, spared, toStandardOutput } = await runPipeline(pipeline, opened, options, unfinished, signal)
    progress.end()
    const text = options.json === true ? toJsonText(report) : describeReport(report, spared)
    // Rows on standard output go to another program, which must not get the report.
    if (toStandardOutput) printMessage(`${text}\n`)
    else print(`${text}\n`)
  } finally {
    progress.end()
    await opened.project.dispose()
  }
}

interface FinishedRun {
  readonly report: RunReport
  /** The files that a limited run did not overwrite. */
  readonly spared: readonly string[]
  readonly toStandardOutput: boolean
}

async function runPipeline(
  pipeline: string,
  { project, config }: CommandProject,
  options: RunCommandOptions,
  unfinished: UnfinishedRun | undefined,
  signal: AbortSignal,
): Promise<FinishedRun> {
  const { set, output, serving, limit, overwrite = false, allowEmpty = false, retryRejects, fullHash } = options
  const { until, from, fresh = false, incremental, keepStepFiles } = options
  const loaded = await openPipeline(pipeline, config, set)
  // A file that the user names explicitly may be replaced by a partial result.
  const limited =
    limit === undefined || output !== undefined || overwrite
      ? undefined
      : limitedOutputs(loaded, limit, config.storages)
  const definition = output === undefined ? (limited?.definition ?? loaded) : withOutput(loaded, output, config)
  const report = await project.run(definition, {
    ...(limit === undefined ? {} : { limit }),
    ...(allowEmpty || limited !== undefined ? { allowEmpty: true } : {}),
    ...(until === undefined ? {} : { until }),
    ...(incremental === undefined ? {} : { incremental }),
    ...(keepStepFiles === undefined ? {} : { keepStepFiles }),
    ...(retryRejects === true ? { retryRejects } : {}),
    ...(fullHash === true ? { fullHash } : {}),
    overwrite,
    fresh,
    signal,
    command: { pipeline: pipelineArgument(pipeline), set, output, serving },
    ...(unfinished === undefined
      ? {}
      : {
          resume: { run: unfinished.runId, retryRejects, fullHash, from },
          onResume: (decisions) => tellDecisions(unfinished, decisions),
        }),
  })
  const toStandardOutput = sinkTargets(definition, config.storages).some(({ path }) => path === standardPath)
  return { report, spared: limited?.spared ?? [], toStandardOutput }
}
