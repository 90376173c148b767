import type { PipelineDefinition, SinkNode } from '@maestro-dataflow/core'
import type { ResolvedConfig } from '@maestro-dataflow/core/runtime'

/** What a sink writes to, with what the config says of a storage that it names. */
export interface SinkTarget {
  readonly sink: SinkNode
  /** The kind of storage, such as `fs.file`. */
  readonly use: string
  readonly mode: unknown
  /** The path of a file; undefined for other sinks, and for a path that the environment holds. */
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

/** A sink with other options beside its own. */
export function withOptions(sink: SinkNode, options: object): SinkNode {
  return { ...sink, options: { ...(sink.options as object | undefined), ...options } }
}
