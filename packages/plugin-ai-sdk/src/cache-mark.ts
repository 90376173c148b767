import type { PromptSettings } from './to-prompt.js'

/** The smallest part of a prompt that Anthropic's models cache, in tokens. */
const smallestCachedPrompt = 1024

const anthropic = { anthropic: { cacheControl: { type: 'ephemeral' } } }
const bedrock = { bedrock: { cachePoint: { type: 'default' } } }

/**
 * How the start of a prompt is marked for the prefix cache of a provider; undefined for a provider that needs no mark.
 *
 * @param provider The provider as the model names it, such as `anthropic.messages`.
 * @param sharedPrefix The characters at the beginning of the prompt that other requests share.
 */
export function cacheMarkOf(
  provider: string,
  cachePrompt: boolean | undefined,
  sharedPrefix = 0,
): PromptSettings['cacheMark'] {
  if (cachePrompt === false) return undefined
  const minimum = cachePrompt === true ? 0 : smallestCachedPrompt
  if (/(^|\.)anthropic(\.|$)/.test(provider)) return { options: anthropic, minimum, sharedPrefix }
  // Not every model on Bedrock accepts the mark, and none accepts it within a turn.
  return provider.startsWith('amazon-bedrock') && cachePrompt === true
    ? { options: bedrock, minimum, sharedPrefix: 0 }
    : undefined
}
