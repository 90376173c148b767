import type { RunReport } from '@maestro-dataflow/core'
import type { Maestro, ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { openCommandProject, openPipeline, type PipelineOptions } from './command-project.js'
import { describeReport } from './describe-report.js'
import { cliError } from './errors.js'
import { sinkTargets } from './output/file-sinks.js'
import { limitedOutputs } from './output/limited-outputs.js'
import { standardPath } from './output/typed-path.js'
import { withOutput } from './output/with-output.js'
import { askConsent } from './plugin/consent.js'
import { showProgress } from './progress/show-progress.js'
import { stopOnInterrupt } from './supervision/stop-signal.js'
import { toJsonText } from './terminal/json.js'
import { print, printMessage } from './terminal/print.js'
import { refreshTypesFile } from './types/write-types-file.js'

export interface RunCommandOptions extends PipelineOptions {
  readonly limit?: number
  readonly set: Readonly<Record<string, string>>
  readonly output?: string
  readonly overwrite?: boolean
  readonly allowEmpty?: boolean
  readonly json?: boolean
}

/**
 * `maestro run`: runs pipelines one after the other, and ends at the first that fails. The first Ctrl-C stops the run
 * cleanly; the second one ends the process at once.
 */
export async function run(pipelines: readonly string[], options: RunCommandOptions): Promise<void> {
  if (options.output !== undefined && pipelines.length > 1)
    throw cliError('MAESTRO_CLI_USAGE', { reason: '--output is for one pipeline, and several are named.' })
  const signal = stopOnInterrupt()
  for (const pipeline of pipelines) await runOne(pipeline, options, signal)
}

async function runOne(pipeline: string, options: RunCommandOptions, signal: AbortSignal): Promise<void> {
  const progress = showProgress(options)
  const { project, config } = await openCommandProject(options, [progress.plugin])
  try {
    await askConsent(project)
    await refreshTypesFile(project)
    const { report, spared, toStandardOutput } = await runPipeline(pipeline, project, config, options, signal)
    progress.end()
    const text = options.json === true ? toJsonText(report) : describeReport(report, spared)
    // Rows on standard output go to another program, which must not get the report.
    if (toStandardOutput) printMessage(`${text}\n`)
    else print(`${text}\n`)
  } finally {
    progress.end()
    await project.dispose()
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
  project: Maestro,
  config: ResolvedConfig,
  { set, output, limit, overwrite = false, allowEmpty = false }: RunCommandOptions,
  signal: AbortSignal,
): Promise<FinishedRun> {
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
    overwrite,
    signal,
  })
  const toStandardOutput = sinkTargets(definition, config.storages).some(({ path }) => path === standardPath)
  return { report, spared: limited?.spared ?? [], toStandardOutput }
}
