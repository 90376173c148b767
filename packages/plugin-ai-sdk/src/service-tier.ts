import type { JSONValue } from '@ai-sdk/provider'

export type ServiceTier = 'auto' | 'standard' | 'flex' | 'priority'

/** The words of the providers for the tiers of service that they have, by the name of their options. */
const words: Readonly<Record<string, Readonly<Partial<Record<ServiceTier, string>>>>> = {
  openai: { auto: 'auto', standard: 'default', flex: 'flex', priority: 'priority' },
  google: { standard: 'standard', flex: 'flex', priority: 'priority' },
  groq: { auto: 'auto', standard: 'on_demand', flex: 'flex' },
  xai: { standard: 'default', priority: 'priority' },
  anthropic: { auto: 'auto', standard: 'standard_only' },
  bedrock: { standard: 'default', flex: 'flex', priority: 'priority' },
}

/**
 * The options by which a provider receives a tier of service; undefined if it has no such tier.
 *
 * @param provider The provider as the model names it, such as `openai.responses`.
 */
export function tierOptions(
  provider: string,
  tier: ServiceTier,
): Readonly<Record<string, Readonly<Record<string, JSONValue>>>> | undefined {
  const [first = ''] = provider.split('.')
  const name = first === 'amazon-bedrock' ? 'bedrock' : first
  // Vertex has no tiers.
  const word = provider.includes('vertex') || !Object.hasOwn(words, name) ? undefined : words[name]?.[tier]
  return word === undefined ? undefined : { [name]: { serviceTier: word } }
}
