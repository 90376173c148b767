import type { ResolvedConfig } from '../config/resolved-config.js'
import { Operator } from '../contracts/operator.js'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { PipelineDefinition, StepUse } from '../contracts/pipeline-definition.js'
import { SERVINGS } from '../contracts/serving-definition.js'
import { VECTOR_STORES } from '../contracts/vector-store.js'
import type { ContributionNames } from '../plugins/select-plugins.js'
import { referencesIn } from './compile/references.js'
import { fallbackChain } from './serving-fallbacks.js'

/** What a pipeline and the config name of plugins; those plugins are loaded first. */
export function namesUsed(definition: PipelineDefinition, config: ResolvedConfig): ContributionNames {
  const { steps, sinks, source } = definition
  return {
    operators: new Set(steps.flatMap(({ use }) => (typeof use === 'string' ? [use] : []))),
    storages: new Set([
      ...sinks.map((sink) => sink.use),
      ...(source !== undefined && 'use' in source ? [source.use] : []),
    ]),
    executors: new Set([config.executor.use]),
  }
}

/**
 * What the operators of a pipeline need besides themselves, once they are known. Models and vector stores are included
 * only if an operator needs one, so that a plain pipeline loads no model library whatever the config names.
 */
export function namesAsked(
  definition: PipelineDefinition,
  config: ResolvedConfig,
  operator: (name: string) => OperatorDefinition | undefined,
): ContributionNames {
  const operators = definition.steps.flatMap(({ use, options }) => {
    if (use instanceof Operator) return [{ kind: use.kind, prompt: [], sources: [], asks: false, searches: false }]
    const known = definitionOf(use, operator)
    if (known === undefined) return []
    return [
      {
        kind: known.kind,
        prompt: namesIn(
          options,
          (known.prompts ?? []).map(({ option }) => option),
        ),
        sources: namesIn(options, known.sources ?? []),
        asks: asksForServings(known),
        searches: asksForStores(known),
      },
    ]
  })
  return {
    prompts: new Set(operators.flatMap(({ prompt }) => prompt)),
    storages: new Set(operators.flatMap(({ sources }) => sources)),
    ...(operators.some(({ asks }) => asks)
      ? { servings: kindsOf(config.servings), caches: cacheNames(config), limits: limitsNames(config) }
      : {}),
    ...(operators.some(({ searches }) => searches) ? { vectorStores: kindsOf(config.vectorStores) } : {}),
    ...(operators.some(({ kind }) => kind === 'table')
      ? { tableEngines: new Set(config.tableEngine === undefined ? [] : [config.tableEngine.use]) }
      : {}),
  }
}

/** The definition of a step's operator; undefined for an unknown one, an operator object, or a function. */
export function definitionOf(
  use: StepUse,
  operator: (name: string) => OperatorDefinition | undefined,
): OperatorDefinition | undefined {
  if (typeof use === 'string') return operator(use)
  return use instanceof Operator || 'run' in use ? undefined : use
}

/** Everything that the config names, whether a pipeline uses it or not. */
export function namesConfigured(config: ResolvedConfig): ContributionNames {
  return {
    servings: kindsOf(config.servings),
    vectorStores: kindsOf(config.vectorStores),
    storages: kindsOf(config.storages),
    caches: cacheNames(config),
    limits: limitsNames(config),
    executors: new Set([config.executor.use]),
    ...(config.tableEngine === undefined ? {} : { tableEngines: new Set([config.tableEngine.use]) }),
  }
}

/** What one serving of the config needs: its plugin, those of its fallbacks, and the plugin of its response cache. */
export function namesOfServing(name: string, config: ResolvedConfig): ContributionNames {
  const names = fallbackChain(name, config.servings)
  return {
    servings: new Set(names.flatMap((one) => [...kindOf(config.servings, one)])),
    caches: cacheNames(config),
    limits: limitsNames(config),
  }
}

/** The same for one vector store. */
export function namesOfVectorStore(name: string, config: ResolvedConfig): ContributionNames {
  return { vectorStores: kindOf(config.vectorStores, name) }
}

type Components = ResolvedConfig['servings' | 'vectorStores' | 'storages']

function kindsOf(components: Components): ReadonlySet<string> {
  return new Set(Object.values(components).flatMap((component) => ('use' in component ? [String(component.use)] : [])))
}

function kindOf(components: Components, name: string): ReadonlySet<string> {
  return kindsOf(Object.fromEntries(Object.entries(components).filter(([known]) => known === name)))
}

function cacheNames({ cache }: ResolvedConfig): ReadonlySet<string> {
  return new Set([cache === false ? 'memory' : cache.use])
}

function limitsNames({ limits }: ResolvedConfig): ReadonlySet<string> {
  return new Set(limits === undefined ? [] : [limits.use])
}

/** Whether a definition declares that it uses servings, or injects them. */
function asksForServings({ servings, inject = [] }: OperatorDefinition): boolean {
  return servings !== undefined || inject.some(({ id }) => id === SERVINGS.id)
}

function asksForStores({ vectorStores, inject = [] }: OperatorDefinition): boolean {
  return vectorStores !== undefined || inject.some(({ id }) => id === VECTOR_STORES.id)
}

/** The names in options of the form `{ use, ... }`. */
function namesIn(options: unknown, names: readonly string[]): readonly string[] {
  if (typeof options !== 'object' || options === null) return []
  const values = names.map((name) => (options as Record<string, unknown>)[name])
  return values.flatMap(referencesIn).map(({ use }) => use)
}
