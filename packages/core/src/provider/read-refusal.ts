import { readDuration, readNumber } from './read-duration.js'

/** Bodies are searched as deep as providers nest their messages. */
const deepest = 6

/**
 * Finds how long a refusal asks to wait when the headers do not say so: Google's `RetryInfo`, the headers that
 * OpenRouter passes on in the body, `retry_after` and Hugging Face's `estimated_time` (seconds), or words such as "try again in 1m3.5s".
 *
 * @param body The provider's reply, as data.
 * @param now Milliseconds since 1970.
 * @returns milliseconds
 */
export function readWait(reason: string, body: unknown, now: number = Date.now()): number | undefined {
  return waitInBody(body, now, deepest) ?? waitInWords(reason)
}

const waitNames =
  /^(?:retry[-_]?delay|retry[-_]?(?:after|in)(?:[-_]?s(?:ec(?:ond)?s?)?)?|wait[-_]?seconds|estimated[-_]?time|(?:x-)?rate-?limit-reset(?:-(?:requests|tokens))?)$/i
const inMilliseconds = /^(?:retry|wait)[-_]?(?:after|in|for)?[-_]?m(?:illi)?s(?:ec(?:ond)?s)?$/i

function waitInBody(value: unknown, now: number, depth: number): number | undefined {
  if (typeof value !== 'object' || value === null || depth === 0) return undefined
  for (const [name, part] of Object.entries(value)) {
    const wait = inMilliseconds.test(name)
      ? readNumber(String(part))
      : waitNames.test(name)
        ? waitOf(part, now)
        : waitInBody(part, now, depth - 1)
    if (wait !== undefined) return wait
  }
  return undefined
}

function waitOf(part: unknown, now: number): number | undefined {
  if (typeof part === 'string' || typeof part === 'number') return readDuration(String(part), now)
  // A protobuf duration before its conversion to text.
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

/** The longer names of units. */
const unitOf = (word: string): string => (/^(ms|milli)/.test(word) ? 'ms' : word.charAt(0))

/**
 * Finds the tokens of a request and the limit per minute that it can never fit, if a refusal states both: "Limit 6000,
 * Requested 9032". A limit that other requests have used up for now does not count.
 */
export function readTooLarge(reason: string): { readonly tokens: number; readonly limit: number } | undefined {
  const limit = readNumber(numberAfter('limit', reason))
  const tokens = readNumber(numberAfter('requested', reason))
  if (limit === undefined || tokens === undefined || limit === 0 || tokens <= limit) return undefined
  return { tokens, limit }
}

const numberAfter = (word: string, text: string): string | undefined =>
  new RegExp(`\\b${word}[:=\\s]{1,3}(\\d[\\d,_]*)`, 'i').exec(text)?.[1]?.replaceAll(/[,_]/g, '')
