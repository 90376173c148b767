import { relative, resolve, sep } from 'node:path'
import type { PipelineDefinition, SinkNode } from '@maestro-dataflow/core'
import { cliError } from './errors.js'

/**
 * A pipeline whose only file goes to another path.
 *
 * @param output Relative to the working directory.
 * @param directory Where the paths of the pipeline start.
 * @throws MAESTRO_CLI_OUTPUT_NONE, MAESTRO_CLI_OUTPUT_SEVERAL
 */
export function withOutput(definition: PipelineDefinition, output: string, directory: string): PipelineDefinition {
  const { name: pipeline, sinks } = definition
  const files = sinks.filter(writesFile)
  const [file, ...others] = files
  if (file === undefined)
    throw cliError('MAESTRO_CLI_OUTPUT_NONE', { pipeline, sinks: sinks.map(({ id, use }) => `${id} (${use})`) })
  if (others.length > 0)
    throw cliError('MAESTRO_CLI_OUTPUT_SEVERAL', { pipeline, sinks: files.map(({ options }) => options.path) })
  const path = relative(directory, resolve(output)).replaceAll(sep, '/')
  const changed: SinkNode = { ...file, options: { ...file.options, path } }
  return { ...definition, sinks: sinks.map((sink) => (sink === file ? changed : sink)) }
}

type FileSink = SinkNode & { readonly options: { readonly path: string } }

function writesFile(sink: SinkNode): sink is FileSink {
  const { use, options } = sink
  return use === 'fs.file' && typeof options === 'object' && options !== null && 'path' in options
}
