import type { UnfinishedRun } from '@maestro-dataflow/core/runtime'
import { type CommandProject, openCommandProject, openPipeline, pipelineArgument } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { describeReport } from './describe-report.js'
import { limitedOutputs } from './output/limited-outputs.js'
import { withOutput } from './output/with-output.js'
import { type ShownProgress, showProgress } from './progress/show-progress.js'
import { tellDecisions, tellUnfinished } from './resume/describe-resume.js'
import { sameCommand } from './resume/same-command.js'
import { stopOnInterrupt } from './supervision/stop-signal.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { refreshTypesFile } from './types/write-types-file.js'

export interface RunCommandOptions extends GlobalOptions {
  readonly limit?: number | undefined
  readonly set: Readonly<Record<string, string>>
  readonly output?: string | undefined
  readonly overwrite?: boolean | undefined
  readonly allowEmpty?: boolean | undefined
  /** Whether to continue an unfinished run if there is one. */
  readonly resume?: boolean | undefined
  readonly retryRejects?: boolean | undefined
  readonly fullHash?: boolean | undefined
  readonly json?: boolean | undefined
}

/** `maestro run`. The first Ctrl-C stops the run cleanly; the second one ends the process at once. */
export async function run(pipeline: string, options: RunCommandOptions): Promise<void> {
  await withProject(options, async (opened, progress) => {
    const command = { pipeline: pipelineArgument(pipeline), set: options.set, output: options.output }
    const unfinished = (await opened.project.unfinishedRuns()).filter((known) =>
      sameCommand(known, { ...command, limit: options.limit }),
    )
    const continued = options.resume === true ? unfinished[0] : undefined
    if (continued === undefined && options.json !== true) tellUnfinished(unfinished[0])
    await runOrResume(pipeline, options, continued, opened, progress)
  })
}

/** Opens the project for a command that runs a pipeline, and frees it. */
export async function withProject(
  options: GlobalOptions,
  work: (opened: CommandProject, progress: ShownProgress) => Promise<void>,
): Promise<void> {
  const progress = showProgress(options)
  const opened = await openCommandProject(options, [progress.plugin])
  try {
    await refreshTypesFile(opened.project)
    await work(opened, progress)
  } finally {
    progress.end()
    await opened.project.dispose()
  }
}

/** Runs a pipeline from its start, or continues an unfinished run of it. */
export async function runOrResume(
  pipeline: string,
  options: RunCommandOptions,
  unfinished: UnfinishedRun | undefined,
  { project, config }: CommandProject,
  progress: ShownProgress,
): Promise<void> {
  const { set, output, json = false, limit, overwrite = false, allowEmpty = false, retryRejects, fullHash } = options
  const signal = stopOnInterrupt()
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
    command: { pipeline: pipelineArgument(pipeline), set, ...(output === undefined ? {} : { output }) },
    ...(unfinished === undefined
      ? {}
      : {
          resume: { run: unfinished.runId, retryRejects, fullHash },
          onResume: (decisions) => tellDecisions(unfinished, decisions),
        }),
  })
  progress.end()
  if (json) printJson(report)
  else print(`${describeReport(report, limited?.spared)}\n`)
}
