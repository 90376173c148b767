import type { UsedComponent } from '../config/resolved-config.js'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { PipelineDefinition } from '../contracts/pipeline-definition.js'
import { isReference } from './compile/resolve-sources.js'
import { definitionOf } from './names-used.js'

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

/** The same for options of operators that name another source, once the operators are known. */
export function withNamedSources(
  definition: PipelineDefinition,
  storages: Readonly<Record<string, UsedComponent>>,
  operator: (name: string) => OperatorDefinition | undefined,
): PipelineDefinition {
  const steps = definition.steps.map((step) => {
    const options = step.options as Readonly<Record<string, unknown>> | undefined
    const given = (definitionOf(step.use, operator)?.sources ?? []).flatMap((name) => {
      const value = options?.[name]
      if (!isReference(value) || !Object.hasOwn(storages, value.use)) return []
      const { use: _, ...own } = value
      return [[name, { ...storages[value.use], ...own }] as const]
    })
    return given.length === 0 ? step : { ...step, options: { ...options, ...Object.fromEntries(given) } }
  })
  return { ...definition, steps }
}
