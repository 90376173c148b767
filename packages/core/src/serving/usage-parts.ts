import type { Usage } from '../contracts/serving.js'

/** The tokens that only some providers count. */
export const usageParts = [
  'cachedInputTokens',
  'cacheWriteInputTokens',
  'longCacheWriteInputTokens',
  'imageInputTokens',
  'audioInputTokens',
  'reasoningTokens',
] as const satisfies readonly (keyof Usage)[]

export type UsageParts = { readonly [Part in (typeof usageParts)[number]]?: number }

/** The parts for which there is a count. */
export function partsOf(countOf: (part: (typeof usageParts)[number]) => number | undefined): UsageParts {
  const parts: { -readonly [Part in keyof UsageParts]: UsageParts[Part] } = {}
  for (const part of usageParts) {
    const count = countOf(part)
    if (count !== undefined) parts[part] = count
  }
  return parts
}
