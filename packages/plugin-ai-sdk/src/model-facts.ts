import { accountOf, type ServingBase, withoutSecrets } from '@maestro-dataflow/core'
import { knownPrice } from './known-models.js'
import type { NamedModel } from './provider-options.js'

/** What is known about a model before it is called. */
export type ModelFacts = Omit<ServingBase, 'dispose'>

/**
 * The facts of a model that the options name.
 *
 * @param settings Further options that affect the answers.
 */
export function factsOfNamed(
  { provider, model, factory, options }: NamedModel,
  settings: Readonly<Record<string, unknown>>,
): ModelFacts {
  const shown = shortName(provider)
  return {
    name: `${shown} ${model}`,
    provider: shown,
    model,
    identity: { provider, factory, model, options: withoutSecrets(options), ...settings },
    account: accountOf(provider, options),
    price: isElsewhere(options) ? undefined : knownPrice(shown, model),
  }
}

/**
 * The facts of a model that was created in code. Its options cannot be read, so its answers are reused within a run
 * only.
 */
export function factsOfGiven(model: { readonly provider: string; readonly modelId: string }): ModelFacts {
  const provider = model.provider.split('.')[0] ?? model.provider
  return { name: `${provider} ${model.modelId}`, provider, model: model.modelId }
}

/** A server at another address has prices of its own. */
const isElsewhere = (options: object): boolean => 'baseURL' in options && options.baseURL !== undefined

/** The short name of a provider: `anthropic` for `@ai-sdk/anthropic`, `openrouter` for `@openrouter/ai-sdk-provider`. */
export function shortName(provider: string): string {
  const [scope = '', name] = provider.split('/')
  if (provider.startsWith('.')) return provider.split('/').at(-1) ?? provider
  if (scope === '@ai-sdk' || name === undefined) return name ?? provider
  return /^ai-sdk(-provider)?$/.test(name) ? scope.replace(/^@/, '') : name
}
