import type { Passage } from './passage.js'

/**
 * The constant that reduces the weight of the first ranks. Cormack, Clarke and Büttcher (2009) found this value to be
 * the best.
 */
export const fusionConstant = 60

/**
 * Merges rankings by reciprocal rank fusion: the score of a passage is the sum of 1 / (constant + its rank) over the
 * rankings that contain it.
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
