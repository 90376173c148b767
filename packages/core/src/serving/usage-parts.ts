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
  return Object.fromEntries(
    usageParts.map((part) => [part, countOf(part)] as const).filter(([, count]) => count !== undefined),
  )
}
