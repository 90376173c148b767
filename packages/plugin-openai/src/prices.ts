import type { Price, TierPrices } from '@maestro-dataflow/core'
import known from './models.json' with { type: 'json' }

interface PricedModel extends Partial<TierPrices> {
  readonly tiers?: Readonly<Record<string, TierPrices>>
  readonly batch?: TierPrices
  readonly contextTokens?: number
  readonly images?: boolean
  readonly sampling?: boolean
  readonly retires?: string
}

const { date, source } = known
const models: Readonly<Record<string, PricedModel>> = known.providers.openai

/** The price of a model of OpenAI; a dated version costs the same as its model. Undefined if it is unknown. */
export function priceOf(model: string): Price | undefined {
  const found = [model, model.replace(/-\d{4}-\d{2}-\d{2}$/, '')].find((name) => Object.hasOwn(models, name))
  if (found === undefined) return undefined
  const { batch, contextTokens, images, sampling, retires, input, tiers = {}, ...prices } = models[found] ?? {}
  return input === undefined ? undefined : { input, ...prices, tiers, date, source }
}

/** The models with a known price. */
export const pricedModels: readonly string[] = Object.keys(models).filter((name) => priceOf(name) !== undefined)
