import type { Usage } from '../contracts/serving.js'

/** The tokens that a reply states, and the fields of its usage that cannot be read. */
export interface ReadUsage {
  readonly usage: Partial<Usage>
  readonly unreadable: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads the token counts of a reply in the form of any provider: OpenAI, Anthropic, Gemini, Bedrock, DeepSeek, xAI. Odd numbers
 * say nothing, because they must not invalidate the answer.
 *
 * @param given The usage as the provider writes it, such as `usage` or `usageMetadata` of its reply.
 * @example
 * readUsage({ prompt_tokens: 9, completion_tokens: 5 }).usage // { inputTokens: 9, outputTokens: 5 }
 */
export function readUsage(given: unknown): ReadUsage {
  const unreadable: string[] = []
  if (given === undefined || given === null) return { usage: {}, unreadable }
  if (!isFields(given)) return { usage: {}, unreadable: ['usage'] }
  const count = (...paths: readonly string[]): number | undefined => {
    for (const path of paths) {
      const value = valueAt(given, path)
      if (value === undefined || value === null) continue
      const number = countOf(value)
      if (number !== undefined) return number
      unreadable.push(`usage.${path}`)
    }
    return undefined
  }
  const prompt = count('prompt_tokens', 'input_tokens', 'promptTokenCount', 'inputTokens')
  const completion = count('completion_tokens', 'output_tokens', 'candidatesTokenCount', 'outputTokens')
  const cached = count(
    'prompt_tokens_details.cached_tokens',
    'input_tokens_details.cached_tokens',
    // Moonshot's, DeepSeek's, Anthropic's, Gemini's, and Bedrock's names.
    'cached_tokens',
    'prompt_cache_hit_tokens',
    'cache_read_input_tokens',
    'cachedContentTokenCount',
    'cacheReadInputTokens',
  )
  const written = count(
    'prompt_tokens_details.cache_write_tokens',
    'input_tokens_details.cache_write_tokens',
    'cache_creation_input_tokens',
    'cacheWriteInputTokens',
  )
  const thoughts = count('thoughtsTokenCount')
  const reasoning =
    thoughts ??
    count(
      'completion_tokens_details.reasoning_tokens',
      'output_tokens_details.reasoning_tokens',
      'output_tokens_details.thinking_tokens',
      // Some servers have no details.
      'reasoning_tokens',
    )
  const total = count('total_tokens')
  const beside = (cached ?? 0) + (written ?? 0)
  const usage = {
    inputTokens: prompt === undefined ? undefined : withCached(prompt, beside, countsBeside(given)),
    outputTokens:
      thoughts !== undefined
        ? (completion ?? 0) + thoughts
        : completion === undefined
          ? undefined
          : withReasoning(completion, reasoning ?? 0, total, prompt),
    cachedInputTokens: cached,
    cacheWriteInputTokens: written,
    longCacheWriteInputTokens: count('cache_creation.ephemeral_1h_input_tokens') ?? cachedForAnHour(given),
    imageInputTokens: count(...imageDetails) ?? modality(given, 'IMAGE'),
    audioInputTokens: count(...audioDetails) ?? modality(given, 'AUDIO'),
    reasoningTokens: reasoning,
  }
  return { usage: withoutUnknown(usage), unreadable }
}

/**
 * The counts of a whole reply, wherever its provider puts them: beside the answer, within it as Moonshot does, or below
 * a name of its own as Groq does.
 */
export function usageFieldOf(reply: unknown): unknown {
  if (!isFields(reply)) return undefined
  const { usage, usageMetadata, usage_metadata, token_usage, x_groq, choices } = reply
  const [choice] = Array.isArray(choices) ? choices : []
  const inside = [x_groq, choice].map((place) => (isFields(place) ? place.usage : undefined))
  return [usage, usageMetadata, usage_metadata, token_usage, ...inside].find((found) => found != null)
}

/**
 * The tokens that a whole reply states, beside the answer or within its error. Undefined if it states none. Providers
 * charge for a reply that a filter has emptied.
 */
export function usageIn(reply: unknown): Usage | undefined {
  for (const place of [reply, isFields(reply) ? reply.error : undefined]) {
    if (!isFields(place)) continue
    const { inputTokens, outputTokens = 0, ...parts } = readUsage(usageFieldOf(place)).usage
    if (inputTokens !== undefined) return { inputTokens, outputTokens, ...parts }
  }
  return undefined
}

const detailsOf = (what: string): readonly string[] =>
  ['prompt_tokens_details', 'input_tokens_details', 'input_token_details'].map((details) => `${details}.${what}_tokens`)
const imageDetails = detailsOf('image')
const audioDetails = detailsOf('audio')

function withoutUnknown(counts: { readonly [Part in keyof Usage]: Usage[Part] | undefined }): Partial<Usage> {
  const known: { -readonly [Part in keyof Usage]?: number } = {}
  for (const part in counts) {
    const tokens = counts[part as keyof Usage]
    if (tokens !== undefined) known[part as keyof Usage] = tokens
  }
  return known
}

/** Gemini lists the tokens of each kind of input. */
function modality({ promptTokensDetails: details }: Fields, name: string): number | undefined {
  const entries = Array.isArray(details) ? details.filter((entry) => isFields(entry) && entry.modality === name) : []
  const counts = entries.map(({ tokenCount }) => countOf(tokenCount)).filter((count) => count !== undefined)
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0)
}

/** Bedrock lists the tokens that are written to the cache by the time for which they stay. */
function cachedForAnHour({ cacheDetails: details }: Fields): number | undefined {
  const entries = Array.isArray(details) ? details.filter((entry) => isFields(entry) && entry.ttl === '1h') : []
  const counts = entries.map(({ inputTokens }) => countOf(inputTokens)).filter((count) => count !== undefined)
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0)
}

/** Anthropic and Bedrock count the cached tokens beside those of the input, whichever are more. */
const countsBeside = (given: Fields): boolean =>
  ('input_tokens' in given && ('cache_read_input_tokens' in given || 'cache_creation_input_tokens' in given)) ||
  ('inputTokens' in given && ('cacheReadInputTokens' in given || 'cacheWriteInputTokens' in given))

/** Some servers count the cached tokens separately from those of the prompt. */
const withCached = (prompt: number, cached: number, isBeside: boolean): number =>
  isBeside || cached > prompt ? prompt + cached : prompt

/** xAI counts the tokens of reasoning separately from those of the completion; the total shows it. */
function withReasoning(completion: number, reasoning: number, total = 0, prompt = 0): number {
  const isBeside = reasoning > completion || (reasoning > 0 && total === prompt + completion + reasoning)
  return isBeside ? completion + reasoning : completion
}

/** A path has one or two names. */
function valueAt(given: Fields, path: string): unknown {
  const dot = path.indexOf('.')
  if (dot === -1) return given[path]
  const details = given[path.slice(0, dot)]
  return isFields(details) ? details[path.slice(dot + 1)] : undefined
}

/** No request has as many tokens. */
const mostTokens = 1e9

/** A whole number of tokens, which some servers write as a text. Anything else says nothing. */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= mostTokens
    ? number
    : undefined
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether usage counts anything. Some servers send zeros with the pieces of a stream that follow the count. */
export const usageCounts = (usage: unknown): boolean =>
  !isFields(usage) || Object.values(usage).some((value) => value !== null && value !== 0)
