import type { Vector } from 'apache-arrow'

interface Piece {
  readonly start: number
  readonly offsets: Int32Array
  readonly bytes: Buffer
  readonly missing: ReadonlySet<number>
}

/** Texts as bytes, outside JavaScript's heap; a text is decoded on request. */
export class TextColumn {
  readonly #pieces: Piece[] = []
  #length = 0

  /** Copies the texts of a column, so that the source can be freed. */
  add(column: Vector): void {
    for (const data of column.data) {
      const offsets = (data.valueOffsets as Int32Array).subarray(0, data.length + 1)
      const first = offsets[0] ?? 0
      const bytes = (data.values as Uint8Array).subarray(first, offsets.at(-1))
      const missing = data.nullCount === 0 ? [] : Array.from({ length: data.length }, (_, row) => row)
      this.#pieces.push({
        start: this.#length,
        offsets: offsets.map((offset) => offset - first),
        bytes: Buffer.from(bytes),
        missing: new Set(missing.filter((row) => !data.getValid(row))),
      })
      this.#length += data.length
    }
  }

  get(row: number): string | undefined {
    const piece = this.#pieceOf(row)
    if (piece === undefined) return undefined
    const place = row - piece.start
    if (piece.missing.has(place)) return undefined
    return piece.bytes.toString('utf8', piece.offsets[place], piece.offsets[place + 1])
  }

  /** The last one that begins at the row or before. */
  #pieceOf(row: number): Piece | undefined {
    let [low, high] = [0, this.#pieces.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#pieces[middle]?.start ?? 0) <= row) low = middle
      else high = middle
    }
    return this.#pieces[low]
  }
}
