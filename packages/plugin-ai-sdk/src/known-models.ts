import type { Price } from '@maestro-dataflow/core'
import models from './models.json' with { type: 'json' }

/** The prices of another tier of service, in dollars per million tokens. */
export interface TierPrice {
  readonly input: number
  readonly output?: number
}

/** What is known about a model without calling it. Prices are in dollars per million tokens. */
export interface KnownModel {
  readonly input?: number
  readonly output?: number
  readonly cachedInput?: number
  readonly cacheWriteInput?: number
  /** The price of reasoning, images, and recordings, where it differs from that of other tokens. */
  readonly reasoning?: number
  readonly imageInput?: number
  readonly audioInput?: number
  /** The prices of batches, which are shown for comparison, because Maestro sends single requests. */
  readonly batch?: TierPrice
  readonly flex?: TierPrice
  readonly priority?: TierPrice
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

/** @param provider The short name of the provider, such as `anthropic`. */
export function knownModel(provider: string, model: string): KnownModel | undefined {
  const known = Object.hasOwn(knownModels.providers, provider) ? knownModels.providers[provider] : undefined
  return known !== undefined && Object.hasOwn(known, model) ? known[model] : undefined
}

/** What the tiers of service of a model cost as a multiple of its price, as far as it is known. */
export function knownTiers(provider: string, model: string): Readonly<Record<string, number>> {
  const { input, flex, priority } = knownModel(provider, model) ?? {}
  const factors = Object.entries({ flex, priority }).flatMap(([tier, price]): [string, number][] =>
    price === undefined || input === undefined || input === 0 ? [] : [[tier, price.input / input]],
  )
  return Object.fromEntries(factors)
}

/** The price of a model. Undefined if it is not known. */
export function knownPrice(provider: string, model: string): Price | undefined {
  const { input, ...known } = knownModel(provider, model) ?? {}
  if (input === undefined) return undefined
  const { date, source } = knownModels
  const others = ['output', 'cachedInput', 'cacheWriteInput', 'imageInput', 'audioInput', 'reasoning'] as const
  return {
    input,
    ...Object.fromEntries(others.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]]))),
    date,
    source,
  }
}
