import type { Price } from '@maestro-dataflow/core'

const date = '2026-11-25'
const source =
  'https://developers.openai.com/api/docs/pricing, as listed by litellm (model_prices_and_context_window.json)'

/**
 * Dollars per million tokens of OpenAI's own API, at its standard rate: input, cached input, output. Prompts beyond
 * 272,000 tokens cost more with the newest models. Audio models are omitted, because audio has separate prices.
 */
const table: ReadonlyMap<string, readonly [input: number, cachedInput: number, output: number]> = new Map([
  ['gpt-5.6', [5, 0.5, 30]],
  ['gpt-5.6-sol', [5, 0.5, 30]],
  ['gpt-5.6-terra', [2.5, 0.25, 15]],
  ['gpt-5.6-luna', [1, 0.1, 6]],
  ['gpt-5.5', [5, 0.5, 30]],
  ['gpt-5.4', [2.5, 0.25, 15]],
  ['gpt-5.4-mini', [0.75, 0.075, 4.5]],
  ['gpt-5.4-nano', [0.2, 0.02, 1.25]],
  ['gpt-5.3-chat-latest', [1.75, 0.175, 14]],
  ['gpt-5.2', [1.75, 0.175, 14]],
  ['gpt-5.2-chat-latest', [1.75, 0.175, 14]],
  ['gpt-5.1', [1.25, 0.125, 10]],
  ['gpt-5.1-chat-latest', [1.25, 0.125, 10]],
  ['gpt-5', [1.25, 0.125, 10]],
  ['gpt-5-mini', [0.25, 0.025, 2]],
  ['gpt-5-nano', [0.05, 0.005, 0.4]],
  ['gpt-4.1', [2, 0.5, 8]],
  ['gpt-4.1-mini', [0.4, 0.1, 1.6]],
  ['gpt-4.1-nano', [0.1, 0.025, 0.4]],
  ['gpt-4o', [2.5, 1.25, 10]],
  ['gpt-4o-2024-05-13', [5, 5, 15]],
  ['gpt-4o-mini', [0.15, 0.075, 0.6]],
  ['gpt-4-turbo', [10, 10, 30]],
  ['text-embedding-3-small', [0.02, 0.02, 0]],
  ['text-embedding-3-large', [0.13, 0.13, 0]],
])

/** The price of a model of OpenAI; a dated version costs the same as its model. Undefined if it is unknown. */
export function priceOf(model: string): Price | undefined {
  const line = table.get(model) ?? table.get(model.replace(/-\d{4}-\d{2}-\d{2}$/, ''))
  if (line === undefined) return undefined
  const [input, cachedInput, output] = line
  return { input, cachedInput, output, date, source }
}

/** The models with a known price. */
export const pricedModels: readonly string[] = [...table.keys()]
