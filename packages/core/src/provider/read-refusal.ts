import { readDuration, readNumber } from './read-duration.js'

/** Bodies are looked through as deep as providers nest what they say. */
const deepest = 6

/**
 * How long a refusal asks to wait, where the headers say nothing of it: Google's `RetryInfo`, the headers that
 * OpenRouter passes on in the body, `retry_after` (seconds), or words such as "try again in 1m3.5s".
 *
 * @param body What the provider sent, as data.
 * @param now Milliseconds since 1970.
 * @returns milliseconds
 */
export function readWait(reason: string, body: unknown, now: number = Date.now()): number | undefined {
  return waitInBody(body, now, deepest) ?? waitInWords(reason)
}

function waitInBody(value: unknown, now: number, depth: number): number | undefined {
  if (typeof value !== 'object' || value === null || depth === 0) return undefined
  for (const [name, part] of Object.entries(value)) {
    const wait = /^(retryDelay|retry[-_]after|x-ratelimit-reset)$/i.test(name)
      ? waitOf(part, now)
      : waitInBody(part, now, depth - 1)
    if (wait !== undefined) return wait
  }
  return undefined
}

function waitOf(part: unknown, now: number): number | undefined {
  if (typeof part === 'string' || typeof part === 'number') return readDuration(String(part), now)
  // A duration of protobuf before it became a text.
  const { seconds, nanos = 0 } = (part ?? {}) as { seconds?: unknown; nanos?: unknown }
  return seconds === undefined ? undefined : Number(seconds) * 1000 + Number(nanos) / 1e6 || undefined
}

/** "try again in 1m3.5s", "retry after 7 seconds". */
const waitWords =
  /(?:try|retry|again|wait)[^.\d]{0,40}?\b((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?)(?![a-z])\s*)+)/i

function waitInWords(reason: string): number | undefined {
  const words = waitWords.exec(reason)?.[1]?.toLowerCase().replaceAll(/\s/g, '')
  return readDuration(words?.replaceAll(/[a-z]+/g, unitOf), 0)
}

/** Of its longer names. */
const unitOf = (word: string): string => (/^(ms|milli)/.test(word) ? 'ms' : word.charAt(0))

/**
 * The tokens of a request and the limit of a minute that it can never fit, where a refusal says so: "Limit 6000,
 * Requested 9032". A limit that others have used up for now is not meant.
 */
export function readTooLarge(reason: string): { readonly tokens: number; readonly limit: number } | undefined {
  const limit = readNumber(numberAfter('limit', reason))
  const tokens = readNumber(numberAfter('requested', reason))
  if (limit === undefined || tokens === undefined || limit === 0 || tokens <= limit) return undefined
  return { tokens, limit }
}

const numberAfter = (word: string, text: string): string | undefined =>
  new RegExp(`\\b${word}[:=\\s]{1,3}(\\d[\\d,_]*)`, 'i').exec(text)?.[1]?.replaceAll(/[,_]/g, '')
