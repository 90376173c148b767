import type { MaestroError } from '@maestro-dataflow/core'
import { pipelineFiles, pipelineName } from '@maestro-dataflow/core/runtime'
import { openCommandProject, type PipelineOptions } from './command-project.js'
import { cliError } from './errors.js'

/** The error of a command that needs a pipeline and was given none. It lists the pipelines of the project. */
export async function noPipeline(command: string, options: PipelineOptions): Promise<MaestroError> {
  const names = async () => {
    const { project, config } = await openCommandProject(options)
    const files = await pipelineFiles(config).finally(() => project.dispose())
    return files.map(pipelineName)
  }
  // A project that cannot be opened is reported when a pipeline is named.
  return cliError('MAESTRO_CLI_NO_PIPELINE', { command, known: await names().catch(() => []) })
}
