import type { Passage } from './passage.js'

/** What softens the weight of the first places, as Cormack, Clarke and Büttcher (2009) found it best. */
export const fusionConstant = 60

/**
 * Several rankings as one, by reciprocal rank fusion: a passage scores the sum of 1 / (constant + its place) over the
 * rankings that have it.
 */
export function fuseRankings(
  rankings: readonly (readonly Passage[])[],
  constant: number = fusionConstant,
): readonly Passage[] {
  const fused = new Map<string, { readonly passage: Passage; score: number }>()
  for (const ranking of rankings) {
    for (const [index, passage] of ranking.entries()) {
      const known = fused.get(passage.id) ?? { passage, score: 0 }
      known.score += 1 / (constant + index + 1)
      fused.set(passage.id, known)
    }
  }
  return [...fused.values()]
    .map(({ passage, score }) => ({ ...passage, score }))
    .sort((one, other) => other.score - one.score)
}
