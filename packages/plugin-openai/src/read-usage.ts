import type { Usage } from '@maestro-dataflow/core'

/** The tokens that a reply states, and those of its fields that cannot be read. */
export interface ReadUsage {
  readonly usage: Partial<Usage>
  readonly unreadable: readonly string[]
}

/** Reads the token counts of servers in any form, because odd numbers must not invalidate the answer. */
export function readUsage(given: unknown): ReadUsage {
  const unreadable: string[] = []
  if (given === undefined || given === null) return { usage: {}, unreadable }
  if (!isFields(given)) return { usage: {}, unreadable: ['usage'] }
  const count = (...paths: readonly string[]): number | undefined => {
    for (const path of paths) {
      const value = path.split('.').reduce<unknown>((at, name) => (isFields(at) ? at[name] : undefined), given)
      if (value === undefined || value === null) continue
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number
      unreadable.push(`usage.${path}`)
    }
    return undefined
  }
  const prompt = count('prompt_tokens', 'input_tokens')
  const completion = count('completion_tokens', 'output_tokens')
  const cached = count(
    'prompt_tokens_details.cached_tokens',
    'input_tokens_details.cached_tokens',
    // DeepSeek's and Anthropic's names.
    'prompt_cache_hit_tokens',
    'cache_read_input_tokens',
  )
  const written = count('prompt_tokens_details.cache_write_tokens', 'cache_creation_input_tokens')
  const reasoning = count('completion_tokens_details.reasoning_tokens', 'output_tokens_details.reasoning_tokens')
  const total = count('total_tokens')
  const usage = {
    inputTokens: prompt === undefined ? undefined : withCached(prompt, (cached ?? 0) + (written ?? 0)),
    outputTokens: completion === undefined ? undefined : withReasoning(completion, reasoning ?? 0, total, prompt),
    cachedInputTokens: cached,
    cacheWriteInputTokens: written,
    reasoningTokens: reasoning,
  }
  const known = Object.entries(usage).filter(([, tokens]) => tokens !== undefined)
  return { usage: Object.fromEntries(known), unreadable }
}

/** A warning for the report: odd values beside an answer must not invalidate it, and should not be ignored silently. */
export function warningsOf(unreadable: readonly string[]): readonly string[] {
  return unreadable.length === 0
    ? []
    : [`The server's ${unreadable.join(', ')} cannot be read; the answer is used without it.`]
}

/** Some servers count the cached tokens separately from those of the prompt. */
const withCached = (prompt: number, cached: number): number => (cached > prompt ? prompt + cached : prompt)

/** xAI counts the tokens of reasoning separately from those of the completion; the total shows it. */
function withReasoning(completion: number, reasoning: number, total = 0, prompt = 0): number {
  const isBeside = reasoning > completion || (reasoning > 0 && total === prompt + completion + reasoning)
  return isBeside ? completion + reasoning : completion
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
