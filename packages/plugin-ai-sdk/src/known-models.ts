import type { Price, TierPrices } from '@maestro-dataflow/core'
import models from './models.json' with { type: 'json' }

/**
 * What is known about a model without calling it. Prices are in dollars per million tokens; a model without `input` has
 * no known price.
 */
export interface KnownModel extends Partial<TierPrices> {
  /** The prices of other tiers of service, by the name that replies state. */
  readonly tiers?: Readonly<Record<string, TierPrices>>
  /** The prices in regions where they differ; `*` is every region but `global`. */
  readonly regions?: Readonly<Record<string, TierPrices & Pick<Price, 'tiers'>>>
  /** The prices of batches, which are shown for comparison, because Maestro sends single requests. */
  readonly batch?: TierPrices
  /** Whether the provider charges less at some hours. The prices are those of the other hours. */
  readonly offPeak?: boolean
  /** The maximum tokens of a prompt. */
  readonly contextTokens?: number
  /** Whether the model accepts images. */
  readonly images?: boolean
  /** False if the model accepts no temperature, topP, or topK. */
  readonly sampling?: boolean
  /** The day on which the provider retires the model, such as `2027-05-07`. */
  readonly retires?: string
}

/** The table of models by provider and name, with its date and source. */
export const knownModels: {
  readonly date: string
  readonly source: string
  readonly providers: Readonly<Record<string, Readonly<Record<string, KnownModel>>>>
} = models

/** What is known about a model, such as its price. @param provider The short name of the provider, such as `anthropic`. */
export function knownModel(provider: string, model: string): KnownModel | undefined {
  const known = Object.hasOwn(knownModels.providers, provider) ? knownModels.providers[provider] : undefined
  if (known === undefined) return undefined
  const name = Object.hasOwn(known, model) ? model : model.replace(resourcePath, '')
  return Object.hasOwn(known, name) ? known[name] : undefined
}

/** What Google and Amazon put before the name of a model of their own. Other names of resources say nothing of the model. */
const resourcePath =
  /^(?:(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/[^/]+\/)?models\/|arn:aws[\w-]*:bedrock:[^/]*:(?:foundation-model|inference-profile)\/)/

/**
 * The price of a model. Undefined if it is not known.
 *
 * @param region Where the provider runs the model, such as `eu-central-1` or `global`, for providers with regions.
 */
export function knownPrice(provider: string, model: string, region?: string): Price | undefined {
  const known = knownModel(provider, model)
  if (known === undefined) return undefined
  const { batch, offPeak, contextTokens, images, sampling, retires, regions = {}, ...usual } = known
  const place = region === undefined || Object.hasOwn(regions, region) || region === 'global' ? region : '*'
  const { input, tiers = {}, ...prices } = (place === undefined ? undefined : regions[place]) ?? usual
  if (input === undefined) return undefined
  const { date, source } = knownModels
  return { input, ...prices, tiers, date, source }
}
