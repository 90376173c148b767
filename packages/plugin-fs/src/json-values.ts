/** One value of a JSON file. */
export interface JsonValue {
  readonly bytes: Buffer
  /** The line on which it begins, from 1. */
  readonly line: number
}

const quote = 34
const backslash = 92
const comma = 44
const openList = 91
const closeList = 93
const openObject = 123
const closeObject = 125
const isSpace = (byte: number) => byte === 32 || byte === 10 || byte === 13 || byte === 9

/**
 * Splits JSON text into the items of its top-level list, or into its top-level values if it has no list. It looks only
 * at brackets and quotes: an item is checked when it is parsed. It holds no more than the current item in memory.
 */
export class JsonValues {
  #pieces: Buffer[] = []
  #length = 0
  #inList = false
  /** The last token that was found in the list. */
  #last: 'start' | 'comma' | 'item' = 'start'
  #inValue = false
  #inText = false
  #escaped = false
  #depth = 0
  #line = 1
  #valueLine = 1

  /** The number of bytes of an unfinished item that are held. */
  get held(): number {
    return this.#length
  }

  get line(): number {
    return this.#line
  }

  /** Whether the text may end here. */
  get complete(): boolean {
    return !this.#inList && !(this.#inValue && (this.#depth > 0 || this.#inText))
  }

  /** @throws SyntaxError for a misplaced bracket or comma */
  push(chunk: Buffer): JsonValue[] {
    const values: JsonValue[] = []
    let start = 0
    const finish = (end: number) => {
      values.push(this.#finish(chunk.subarray(start, end)))
    }
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false
        else if (byte === backslash) this.#escaped = true
        else if (byte === quote) {
          this.#inText = false
          if (this.#depth === 0) finish(at + 1)
        }
        continue
      }
      if (byte === 10) this.#line++
      if (!this.#inValue) {
        if (isSpace(byte) || this.#isListMark(byte)) continue
        start = at
        this.#inValue = true
        this.#valueLine = this.#line
      }
      if (byte === quote) this.#inText = true
      else if (byte === openObject || byte === openList) this.#depth++
      else if (this.#depth > 0) {
        if (byte !== closeObject && byte !== closeList) continue
        this.#depth--
        if (this.#depth === 0) finish(at + 1)
      } else if (isSpace(byte) || byte === comma || byte === closeList) {
        // A number or a word ends before this byte. The byte is then examined again as a separator.
        finish(at)
        this.#isListMark(byte)
      }
    }
    if (this.#inValue) this.#hold(chunk.subarray(start))
    return values
  }

  /** The number or word at the very end, if there is one. */
  end(): JsonValue[] {
    return this.#inValue ? [this.#finish(Buffer.alloc(0))] : []
  }

  /** Handles the separators between items. @returns false when an item begins */
  #isListMark(byte: number): boolean {
    if (this.#inList) {
      if (byte === closeList) {
        if (this.#last === 'comma') throw new SyntaxError(`line ${this.#line}: an item is missing after ","`)
        this.#inList = false
      } else if (byte === comma) {
        if (this.#last !== 'item') throw new SyntaxError(`line ${this.#line}: an item is missing before ","`)
        this.#last = 'comma'
      } else {
        if (this.#last === 'item') throw new SyntaxError(`line ${this.#line}: a comma is missing between two items`)
        this.#last = 'item'
        return false
      }
      return true
    }
    if (byte === openList) {
      this.#inList = true
      this.#last = 'start'
      return true
    }
    if (byte === comma || byte === closeList) {
      throw new SyntaxError(`line ${this.#line}: "${String.fromCharCode(byte)}" outside of a list`)
    }
    return false
  }

  #hold(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#length += piece.length
  }

  #finish(last: Buffer): JsonValue {
    const bytes = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last])
    this.#pieces = []
    this.#length = 0
    this.#inValue = false
    return { bytes, line: this.#valueLine }
  }
}
