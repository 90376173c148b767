import { loadPipeline } from '@maestro-dataflow/core/runtime'
import { openCommandProject, pipelineArgument } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { describeReport } from './describe-report.js'
import { stopOnInterrupt } from './interrupt.js'
import { withOutput } from './output-path.js'
import { showProgress } from './progress/show-progress.js'
import { printJson } from './terminal/json.js'
import { refreshTypesFile } from './types/write-types-file.js'

export interface RunCommandOptions extends GlobalOptions {
  readonly limit?: number
  readonly set: Readonly<Record<string, string>>
  readonly output?: string
  readonly overwrite?: boolean
  readonly json?: boolean
}

/** `maestro run`. The first Ctrl-C stops the run cleanly, the second kills. */
export async function run(pipeline: string, options: RunCommandOptions): Promise<void> {
  const { set, output, json = false, limit, overwrite = false } = options
  const signal = stopOnInterrupt()
  const progress = showProgress(options)
  const { project, config } = await openCommandProject(options, [progress.plugin])
  try {
    await refreshTypesFile(project)
    const loaded = await loadPipeline(pipelineArgument(pipeline), config, set)
    const definition = output === undefined ? loaded : withOutput(loaded, output, config.directory)
    const limited = limit === undefined ? {} : { limit }
    const report = await project.run(definition, { ...limited, overwrite, signal })
    progress.end()
    if (json) printJson(report)
    else process.stdout.write(`${describeReport(report)}\n`)
  } finally {
    progress.end()
    await project.dispose()
  }
}
