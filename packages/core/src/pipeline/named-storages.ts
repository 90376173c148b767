import type { UsedComponent } from '../config/resolved-config.js'
import type { PipelineDefinition } from '../contracts/pipeline-definition.js'

/**
 * A source or sink may be named by the config, `storages: { orders: { use: 'fs.file', path: 'data/orders.csv' } }`: it
 * stands for what the config says, and options of the pipeline come over those of the config.
 */
export function withNamedStorages(
  definition: PipelineDefinition,
  storages: Readonly<Record<string, UsedComponent>>,
): PipelineDefinition {
  const resolve = <Node extends { readonly use: string; readonly options: unknown }>(node: Node): Node => {
    if (!Object.hasOwn(storages, node.use)) return node
    const { use, ...options } = storages[node.use] as UsedComponent
    return { ...node, use, options: { ...options, ...(node.options as object | undefined) } }
  }
  const { source, sinks } = definition
  return {
    ...definition,
    source: source !== undefined && 'use' in source ? resolve(source) : source,
    sinks: sinks.map(resolve),
  }
}
