/**
 * The agreement of two judges beyond chance (Cohen, 1960): 1 is full agreement, 0 is chance. Undefined if chance alone
 * would always lead to agreement.
 */
export function cohensKappa(pairs: readonly (readonly [string, string])[]): number | undefined {
  if (pairs.length === 0) return undefined
  const shares = [0, 1].map((judge) => {
    const counts = new Map<string, number>()
    for (const pair of pairs) counts.set(pair[judge] ?? '', (counts.get(pair[judge] ?? '') ?? 0) + 1 / pairs.length)
    return counts
  })
  const [first = new Map<string, number>(), second = new Map<string, number>()] = shares
  const chance = [...first].reduce((sum, [label, share]) => sum + share * (second.get(label) ?? 0), 0)
  const agreed = pairs.filter(([one, other]) => one === other).length / pairs.length
  return chance >= 1 ? undefined : (agreed - chance) / (1 - chance)
}
