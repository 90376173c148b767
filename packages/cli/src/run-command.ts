import { openCommandProject, openPipeline } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { describeReport } from './describe-report.js'
import { limitedOutputs } from './output/limited-outputs.js'
import { withOutput } from './output/with-output.js'
import { askConsent } from './plugin/consent.js'
import { showProgress } from './progress/show-progress.js'
import { stopOnInterrupt } from './supervision/stop-signal.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { refreshTypesFile } from './types/write-types-file.js'

export interface RunCommandOptions extends GlobalOptions {
  readonly limit?: number
  readonly set: Readonly<Record<string, string>>
  readonly output?: string
  readonly overwrite?: boolean
  readonly allowEmpty?: boolean
  readonly json?: boolean
}

/** `maestro run`. The first Ctrl-C stops the run cleanly; the second one ends the process at once. */
export async function run(pipeline: string, options: RunCommandOptions): Promise<void> {
  const { set, output, json = false, limit, overwrite = false, allowEmpty = false } = options
  const signal = stopOnInterrupt()
  const progress = showProgress(options)
  const { project, config } = await openCommandProject(options, [progress.plugin])
  try {
    await askConsent(project)
    await refreshTypesFile(project)
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
    progress.end()
    if (json) printJson(report)
    else print(`${describeReport(report, limited?.spared)}\n`)
  } finally {
    progress.end()
    await project.dispose()
  }
}
