import { asFields } from './fields.js'
import type { GivenAnswer } from './given-answer.js'

/**
 * The service tier that a reply states, such as `flex`. For Anthropic, it is also its place and its speed, such as
 * `fast us`, because these have prices of their own. Undefined if the reply states none.
 */
export function tierIn({ providerMetadata = {}, response }: GivenAnswer): string | undefined {
  const body = asFields(response?.body)
  const sources = [...Object.values(providerMetadata), body, body.usage, body.usageMetadata].map(asFields)
  const tier = firstWord(sources.flatMap(({ serviceTier, service_tier }) => [serviceTier, service_tier]))
  const usages = sources.flatMap((source) => [asFields(source.usage), source])
  const speed = firstWord(usages.map(({ speed }) => speed))
  const place = firstWord(usages.map(({ inference_geo }) => inference_geo))
  const special = [
    isSpecial(tier) ? tier : undefined,
    speed === 'fast' ? speed : undefined,
    place === 'us' ? place : undefined,
  ].filter((word) => word !== undefined)
  return special.length === 0 ? tier : special.join(' ')
}

/** The dollars that a reply states. OpenRouter and the gateway of the AI SDK do so. */
export function costIn(providerMetadata: GivenAnswer['providerMetadata']): number | undefined {
  const { openrouter, gateway } = asFields(providerMetadata)
  const { cost = asFields(gateway).cost } = asFields(asFields(openrouter).usage)
  const dollars = typeof cost === 'string' && cost.trim() !== '' ? Number(cost) : cost
  return typeof dollars === 'number' && Number.isFinite(dollars) && dollars >= 0 ? dollars : undefined
}

const isSpecial = (tier: string | undefined): tier is string =>
  tier !== undefined && !/^(standard|default|auto|on_demand)$/.test(tier)

/** The first text. Bedrock states its tier as an object. */
function firstWord(values: readonly unknown[]): string | undefined {
  const words = values.map((value) => (typeof value === 'object' && value !== null ? asFields(value).type : value))
  const word = words.find((value): value is string => typeof value === 'string' && value.trim() !== '')
  return word?.trim().toLowerCase()
}
