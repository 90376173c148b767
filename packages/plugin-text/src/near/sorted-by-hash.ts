/** The positions of hashes, sorted by hash and then by position: a radix sort with two passes of 16 bits. */
export function sortedByHash(hashes: Uint32Array): Uint32Array {
  let positions = Uint32Array.from({ length: hashes.length }, (_, position) => position)
  for (const shift of [0, 16]) {
    const starts = new Uint32Array(65_537)
    const digitOf = (hash: number) => (hash >>> shift) & 0xffff
    for (const hash of hashes) starts[digitOf(hash) + 1] = (starts[digitOf(hash) + 1] ?? 0) + 1
    for (let digit = 1; digit < starts.length; digit++) starts[digit] = (starts[digit] ?? 0) + (starts[digit - 1] ?? 0)
    const sorted = new Uint32Array(hashes.length)
    for (const position of positions) {
      const digit = digitOf(hashes[position] ?? 0)
      const at = starts[digit] ?? 0
      sorted[at] = position
      starts[digit] = at + 1
    }
    positions = sorted
  }
  return positions
}
