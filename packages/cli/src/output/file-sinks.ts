import type { PipelineDefinition, SinkNode } from '@maestro-dataflow/core'
import type { ResolvedConfig } from '@maestro-dataflow/core/runtime'

/** The destination of a sink, with the options that the config adds for the storage that it names. */
export interface SinkTarget {
  readonly sink: SinkNode
  /** The kind of storage, such as `fs.file`. */
  readonly use: string
  readonly mode: unknown
  /** The path of a file. It is undefined for other sinks, and for a path that comes from the environment. */
  readonly path: string | undefined
}

/** The targets of a pipeline's sinks. */
export function sinkTargets(
  { sinks }: PipelineDefinition,
  storages: ResolvedConfig['storages'],
): readonly SinkTarget[] {
  return sinks.map((sink) => {
    const { use = sink.use, ...named } = storages[sink.use] ?? {}
    const options: Readonly<Record<string, unknown>> = { ...named, ...(sink.options as object | undefined) }
    const { path, mode } = options
    return { sink, use, mode, path: use === 'fs.file' && typeof path === 'string' ? path : undefined }
  })
}

/** A sink with additional options. */
export function withOptions(sink: SinkNode, options: object): SinkNode {
  return { ...sink, options: { ...(sink.options as object | undefined), ...options } }
}
