import { didYouMean, packageOf } from '@maestro-dataflow/core'
import { shortName } from './model-facts.js'

/** Packages of providers, most of which the docs describe. */
const providerPackages: readonly string[] = [
  '@ai-sdk/amazon-bedrock',
  '@ai-sdk/anthropic',
  '@ai-sdk/azure',
  '@ai-sdk/cerebras',
  '@ai-sdk/cohere',
  '@ai-sdk/deepseek',
  '@ai-sdk/fireworks',
  '@ai-sdk/gateway',
  '@ai-sdk/google',
  '@ai-sdk/google-vertex',
  '@ai-sdk/groq',
  '@ai-sdk/huggingface',
  '@ai-sdk/mistral',
  '@ai-sdk/openai',
  '@ai-sdk/openai-compatible',
  '@ai-sdk/perplexity',
  '@ai-sdk/togetherai',
  '@ai-sdk/xai',
  '@openrouter/ai-sdk-provider',
]

/** Whether a specifier names one of these packages, or a path in it. */
export const isKnownPackage = (specifier: string): boolean => providerPackages.includes(packageOf(specifier))

/**
 * The package that somebody probably means who gives the name of a provider, or mistypes that of its package. Undefined
 * for a known package, and for a name that is similar to none.
 */
export function suggestedPackage(name: string): string | undefined {
  if (providerPackages.includes(name)) return undefined
  const bare = name.replace(/^@(ai-sdk\/)?/, '')
  const byName = providerPackages.find((known) => shortName(known) === bare || shortName(known).endsWith(`-${bare}`))
  // The scope, which is common to them, says nothing about their likeness.
  const similar = didYouMean(bare, providerPackages.map(shortName))
  return byName ?? providerPackages.find((known) => shortName(known) === similar)
}
