import type { CacheEntry } from '../../contracts/response-cache.js'

/** More than any number of equal parts. */
const sameRow = 1_000_000

/**
 * The most similar entries: those of the same row and step, or, if there are none, those that share the most parts.
 *
 * @param others Newest first; among equal ones, the newer wins.
 */
export function nearestEntries(entry: CacheEntry, others: Iterable<CacheEntry>, count: number): readonly CacheEntry[] {
  const isSameRow = (other: CacheEntry) =>
    entry.rowId !== undefined && entry.rowId === other.rowId && entry.step === other.step
  const nearest: { readonly entry: CacheEntry; readonly likeness: number }[] = []
  for (const other of others) {
    if (other.key === entry.key) continue
    const likeness = equalParts(entry, other) + (isSameRow(other) ? sameRow : 0)
    const place = nearest.findIndex((known) => known.likeness < likeness)
    if (place === -1 && nearest.length >= count) continue
    nearest.splice(place === -1 ? nearest.length : place, 0, { entry: other, likeness })
    nearest.length = Math.min(nearest.length, count)
  }
  const found = nearest.map((known) => known.entry)
  const ofRow = found.filter(isSameRow)
  return ofRow.length > 0 ? ofRow : found
}

function equalParts(entry: CacheEntry, other: CacheEntry): number {
  return Object.entries(entry.parts).filter(([name, value]) => other.parts[name] === value).length
}
