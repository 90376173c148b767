import type { PipelineDefinition } from '@maestro-dataflow/core'
import type { ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { cliError } from '../errors.js'
import { sinkTargets, withOptions } from './file-sinks.js'
import { projectPathOf } from './typed-path.js'

/**
 * A pipeline whose only output file has another path.
 *
 * @param output The path, relative to the working directory, or `-`.
 * @throws MAESTRO_CLI_OUTPUT_NONE, MAESTRO_CLI_OUTPUT_SEVERAL
 */
export function withOutput(
  definition: PipelineDefinition,
  output: string,
  { directory, storages }: Pick<ResolvedConfig, 'directory' | 'storages'>,
): PipelineDefinition {
  const { name: pipeline, sinks } = definition
  const [file, ...others] = sinkTargets(definition, storages).filter(({ use }) => use === 'fs.file')
  if (file === undefined)
    throw cliError('MAESTRO_CLI_OUTPUT_NONE', { pipeline, sinks: sinks.map(({ id, use }) => `${id} (${use})`) })
  if (others.length > 0)
    throw cliError('MAESTRO_CLI_OUTPUT_SEVERAL', {
      pipeline,
      sinks: [file, ...others].map(({ path, sink }) => path ?? sink.id),
    })
  const path = projectPathOf(output, directory)
  return { ...definition, sinks: sinks.map((sink) => (sink === file.sink ? withOptions(sink, { path }) : sink)) }
}
