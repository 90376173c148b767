import type { UsedComponent } from '../config/resolved-config.js'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { PipelineDefinition } from '../contracts/pipeline-definition.js'
import { referencesIn, withReferences } from './compile/references.js'
import { definitionOf } from './names-used.js'

/**
 * The config may name a source or sink, `storages: { orders: { use: 'fs.file', path: 'data/orders.csv' } }`. The name
 * then stands for the options of the config, which the options of the pipeline override.
 */
export function withNamedStorages(
  definition: PipelineDefinition,
  storages: Readonly<Record<string, UsedComponent>>,
): PipelineDefinition {
  const resolve = <Node extends { readonly use: string; readonly options: unknown }>(node: Node): Node => {
    if (!Object.hasOwn(storages, node.use)) return node
    const { use, ...options } = named({ ...(node.options as object | undefined), use: node.use }, storages)
    return { ...node, use, options }
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
      if (referencesIn(value).length === 0) return []
      return [[name, withReferences(value, (reference) => named(reference, storages))] as const]
    })
    return given.length === 0 ? step : { ...step, options: { ...options, ...Object.fromEntries(given) } }
  })
  return { ...definition, steps }
}

function named({ use, ...own }: UsedComponent, storages: Readonly<Record<string, UsedComponent>>): UsedComponent {
  return Object.hasOwn(storages, use) ? { ...(storages[use] as UsedComponent), ...own } : { ...own, use }
}
