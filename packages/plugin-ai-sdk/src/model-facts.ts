import { accountOf, type ServingBase, withoutSecrets } from '@maestro-dataflow/core'
import { knownPrice } from './known-models.js'
import type { NamedModel } from './provider-options.js'
import { addressInEnvironment, isElsewhere, regionOf } from './provider-place.js'

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
  const baseURL = options.baseURL ?? addressInEnvironment(shown)
  const placed = baseURL === undefined ? options : { ...options, baseURL }
  return {
    name: `${shown} ${model}`,
    provider: shown,
    model,
    identity: { provider, factory, model, options: withoutSecrets(placed), ...settings },
    account: accountOf(provider, placed),
    price: isElsewhere(shown, baseURL) ? undefined : knownPrice(shown, model, regionOf(shown, options)),
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

/** The short name of a provider: `anthropic` for `@ai-sdk/anthropic`, `openrouter` for `@openrouter/ai-sdk-provider`. */
export function shortName(provider: string): string {
  const [scope = '', name] = provider.split('/')
  if (provider.startsWith('.')) return provider.split('/').at(-1) ?? provider
  if (scope === '@ai-sdk' || name === undefined) return name ?? provider
  return /^ai-sdk(-provider)?$/.test(name) ? scope.replace(/^@/, '') : name
}
