import type { Price, TierPrices } from '@maestro-dataflow/core'
import known from './models.json' with { type: 'json' }

interface KnownModel extends Partial<TierPrices> {
  readonly tiers?: Readonly<Record<string, TierPrices>>
  readonly batch?: TierPrices
  readonly contextTokens?: number
  readonly images?: boolean
  readonly sampling?: boolean
  readonly retires?: string
}

const { date, source } = known
const models: Readonly<Record<string, KnownModel>> = known.providers.openai

/** A dated version is its model, unless the table lists it. */
function modelOf(name: string): KnownModel | undefined {
  const found = [name, name.replace(/-\d{4}-\d{2}-\d{2}$/, '')].find((model) => Object.hasOwn(models, model))
  return found === undefined ? undefined : models[found]
}

/** The day on which OpenAI retires a model, such as `2027-05-07`. Undefined if none is known. */
export function retirementOf(model: string): string | undefined {
  return modelOf(model)?.retires
}

/** The price of a model of OpenAI; a dated version costs the same as its model. Undefined if it is unknown. */
export function priceOf(model: string): Price | undefined {
  const { batch, contextTokens, images, sampling, retires, input, tiers = {}, ...prices } = modelOf(model) ?? {}
  return input === undefined ? undefined : { input, ...prices, tiers, date, source }
}

/** The models with a known price. */
export const pricedModels: readonly string[] = Object.keys(models).filter((name) => priceOf(name) !== undefined)
