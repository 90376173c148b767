import type { CacheEntry } from '../../contracts/response-cache.js'

/**
 * The entries that are most like one: those asked for the same row and step come first, then those that share the most
 * parts.
 *
 * @param others The newest first: of equals, they win.
 */
export function nearestEntries(entry: CacheEntry, others: Iterable<CacheEntry>, count: number): readonly CacheEntry[] {
  const nearest: { readonly entry: CacheEntry; readonly likeness: number }[] = []
  for (const other of others) {
    if (other.key === entry.key) continue
    const likeness = likenessOf(entry, other)
    const place = nearest.findIndex((known) => known.likeness < likeness)
    if (place === -1 && nearest.length >= count) continue
    nearest.splice(place === -1 ? nearest.length : place, 0, { entry: other, likeness })
    nearest.length = Math.min(nearest.length, count)
  }
  return nearest.map((known) => known.entry)
}

function likenessOf(entry: CacheEntry, other: CacheEntry): number {
  const sameRow = entry.rowId !== undefined && entry.rowId === other.rowId && entry.step === other.step
  const equal = Object.entries(entry.parts).filter(([name, value]) => other.parts[name] === value).length
  return equal + (sameRow ? 1_000_000 : 0)
}
