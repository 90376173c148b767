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
 * Cuts JSON text into the items of the list at its top, or into the values at its top when there is no list. Only
 * brackets and quotes are looked at: whether an item is sound JSON shows when it is parsed by itself. It holds no
 * more than the item it is in.
 */
export class JsonValues {
  #pieces: Buffer[] = []
  #length = 0
  #inList = false
  /** What has been seen in the list last. */
  #last: 'start' | 'comma' | 'item' = 'start'
  #inValue = false
  #inText = false
  #escaped = false
  #depth = 0
  #line = 1
  #valueLine = 1

  /** How many bytes of an unfinished item are held. */
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

  /** @throws SyntaxError for a bracket or comma that cannot be where it is */
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
        // A number or a word ends before this byte, which is looked at once more as what stands between items.
        finish(at)
        this.#isListMark(byte)
      }
    }
    if (this.#inValue) this.#hold(chunk.subarray(start))
    return values
  }

  /** A number or word at the very end, if there is one. */
  end(): JsonValue[] {
    return this.#inValue ? [this.#finish(Buffer.alloc(0))] : []
  }

  /** Handles what stands between items. @returns false when an item begins */
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
