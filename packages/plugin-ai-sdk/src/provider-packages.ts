import { didYouMean } from '@maestro-dataflow/core'
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

/**
 * The package that somebody probably means who gives the name of a provider, or mistypes that of its package. Undefined
 * for a known package, and for a name that is similar to none.
 */
export function suggestedPackage(name: string): string | undefined {
  if (providerPackages.includes(name)) return undefined
  const bare = name.replace(/^@/, '')
  const byName = providerPackages.find((known) => shortName(known) === bare || shortName(known).endsWith(`-${bare}`))
  return byName ?? didYouMean(name, providerPackages) ?? didYouMean(`@ai-sdk/${name}`, providerPackages)
}
