/** The unit of a chunk's size. */
export type ChunkUnit = 'characters' | 'tokens'

/** Measures ranges of one text. */
export interface Measure {
  /** The size of the range from `start` to `end`. */
  size(start: number, end: number): number
  /** The last end of a range from `start` that does not exceed a size. */
  furthest(start: number, size: number): number
  /** The first start of a range to `end` that does not exceed a size. */
  earliest(end: number, size: number): number
}

/** Characters as JavaScript counts them, UTF-16 code units; or tokens, estimated. */
export function measureOf(text: string, unit: ChunkUnit): Measure {
  return unit === 'characters' ? characters : estimatedTokens(text)
}

const characters: Measure = {
  size: (start, end) => end - start,
  furthest: (start, size) => start + size,
  earliest: (end, size) => Math.max(0, end - size),
}

/**
 * Estimates tokens by a rule that roughly holds for current models: a token is four characters of an alphabetic script,
 * or one character of a script that writes a word or a syllable with it.
 */
function estimatedTokens(text: string): Measure {
  const quarters = new Uint32Array(text.length + 1)
  for (let at = 0; at < text.length; at++)
    quarters[at + 1] = (quarters[at] ?? 0) + (text.charCodeAt(at) < 0x2e80 ? 1 : 4)
  const sum = (at: number) => quarters[at] ?? 0
  return {
    size: (start, end) => (sum(end) - sum(start)) / 4,
    furthest: (start, size) => lastUpTo(quarters, sum(start) + size * 4),
    earliest: (end, size) => firstFrom(quarters, sum(end) - size * 4),
  }
}

/** The last index whose value is at most `value`, in ascending values. */
function lastUpTo(values: Uint32Array, value: number): number {
  return firstFrom(values, value + 1) - 1
}

/** The first index whose value is at least `value`; the length if there is none. */
function firstFrom(values: Uint32Array, value: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
