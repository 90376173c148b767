/** One value of a JSON file. */
export interface JsonValue {
  /** Its bytes; only the first ones if it is longer than any valid record. */
  readonly bytes: Buffer
  /** The number of its bytes. */
  readonly length: number
  /** The line on which it begins, from 1. */
  readonly line: number
}

/** The number of bytes that are kept of a value that is too long. */
const shownBytes = 1000
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
 * at brackets and quotes: an item is checked when it is parsed. It holds no more than the current item in memory, and only
 * the beginning of an item that is too long.
 */
export class JsonValues {
  readonly #most: number
  #pieces: Buffer[] = []
  #length = 0
  #inList = false
  /** Whether the list of the file has ended. */
  #isBehindList = false
  /** Whether a value stands outside of a list. */
  #hasValue = false
  /** The last token that was found in the list. */
  #last: 'start' | 'comma' | 'item' = 'start'
  #inValue = false
  #inText = false
  #escaped = false
  #depth = 0
  #line = 1
  #valueLine = 1

  /** @param most The maximum number of bytes of an item that is kept whole. */
  constructor(most: number) {
    this.#most = most
  }

  get line(): number {
    return this.#line
  }

  /** Whether there was nothing but blanks. */
  get empty(): boolean {
    return !this.#inList && !this.#isBehindList && !this.#hasValue
  }

  /** Whether the text may end here. */
  get complete(): boolean {
    return !this.#inList && !(this.#inValue && (this.#depth > 0 || this.#inText))
  }

  /** @throws SyntaxError for a misplaced bracket or comma, or for text behind the list */
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
        this.#isBehindList = true
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
    if (this.#isBehindList) throw new SyntaxError(`line ${this.#line}: there is text behind the list`)
    if (byte === openList) {
      if (this.#hasValue) throw new SyntaxError(`line ${this.#line}: a list stands behind other values`)
      this.#inList = true
      this.#last = 'start'
      return true
    }
    if (byte === comma || byte === closeList) {
      throw new SyntaxError(`line ${this.#line}: "${String.fromCharCode(byte)}" outside of a list`)
    }
    this.#hasValue = true
    return false
  }

  #hold(piece: Buffer): void {
    this.#length += piece.length
    if (this.#length <= this.#most) this.#pieces.push(piece)
    else this.#pieces = [Buffer.from((this.#pieces[0] ?? piece).subarray(0, shownBytes))]
  }

  #finish(last: Buffer): JsonValue {
    const length = this.#length + last.length
    const pieces = length > this.#most ? this.#pieces : [...this.#pieces, last]
    const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
    this.#pieces = []
    this.#length = 0
    this.#inValue = false
    return { bytes, length, line: this.#valueLine }
  }
}
