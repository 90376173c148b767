/** A record of CSV or TSV: its position in the given bytes, and what is needed to read its cells. */
export interface DelimitedRecord {
  readonly start: number
  readonly end: number
  /** The line on which the record begins, from 1. */
  readonly line: number
  /** Whether the record has quoted cells. */
  readonly quoted: boolean
  /** The fault in its quotes. The record is then only this line, and reading continues with the next one. */
  readonly fault?: string
}

/** Finds the ends of records. The bytes begin with a record; a line end inside quotes does not end a record. */
export class DelimitedRecords {
  readonly #bytes: Buffer
  readonly #delimiter: Buffer
  /** Whether these bytes are the last ones. */
  readonly #last: boolean
  #at = 0
  #line: number
  #newline = -2
  #quote = -2

  constructor(bytes: Buffer, delimiter: Buffer, line: number, last: boolean) {
    this.#bytes = bytes
    this.#delimiter = delimiter
    this.#line = line
    this.#last = last
  }

  /** The position at which the next record begins. All records before it have been returned. */
  get position(): number {
    return this.#at
  }

  /** The line of `position`. */
  get line(): number {
    return this.#line
  }

  /** The next record, or undefined if these bytes do not contain its end. */
  next(): DelimitedRecord | undefined {
    const bytes = this.#bytes
    const start = this.#at
    if (start === bytes.length) return undefined
    let quoted = false
    for (let at = start; ; ) {
      const newline = this.#find('newline', at)
      const quote = this.#find('quote', at)
      if (quote === -1 || (newline !== -1 && newline < quote)) {
        if (newline === -1 && !this.#last) return undefined
        return this.#record(newline === -1 ? bytes.length : newline, quoted)
      }
      if (!this.#opensCell(start, quote)) {
        at = quote + 1
        continue
      }
      quoted = true
      const close = this.#closingQuote(quote + 1)
      if (close === undefined)
        return this.#last ? this.faultyLine('a quote that opens here is never closed') : undefined
      at = close + 1
      if (at + Math.max(2, this.#delimiter.length) > bytes.length && !this.#last) return undefined
      if (!this.#endsCell(at)) return this.faultyLine('there is text after a closing quote')
    }
  }

  /** The line at `position`, as a record that cannot be read. */
  faultyLine(fault: string): DelimitedRecord {
    const newline = this.#bytes.indexOf(10, this.#at)
    this.#newline = newline
    this.#quote = -2
    return { ...this.#record(newline === -1 ? this.#bytes.length : newline, false), fault }
  }

  #record(end: number, quoted: boolean): DelimitedRecord {
    const { start, line } = { start: this.#at, line: this.#line }
    this.#at = Math.min(end + 1, this.#bytes.length)
    this.#line++
    if (quoted) {
      let at = this.#bytes.indexOf(10, start)
      for (; at !== -1 && at < end; at = this.#bytes.indexOf(10, at + 1)) this.#line++
    }
    return { start, end, line, quoted }
  }

  /** The next line end or quote from a position on. Each is searched for only once. */
  #find(what: 'newline' | 'quote', from: number): number {
    const known = what === 'newline' ? this.#newline : this.#quote
    if (known === -1 || known >= from) return known
    const found = this.#bytes.indexOf(what === 'newline' ? 10 : 34, from)
    if (what === 'newline') this.#newline = found
    else this.#quote = found
    return found
  }

  /** A quote counts only at the start of a cell; inside an unquoted cell it is text. */
  #opensCell(start: number, quote: number): boolean {
    const before = quote - this.#delimiter.length
    return (
      quote === start || (before >= start && this.#bytes.compare(this.#delimiter, 0, undefined, before, quote) === 0)
    )
  }

  #endsCell(at: number): boolean {
    const bytes = this.#bytes
    if (at >= bytes.length || bytes[at] === 10) return true
    if (bytes[at] === 13 && (at + 1 === bytes.length || bytes[at + 1] === 10)) return true
    const end = at + this.#delimiter.length
    return end <= bytes.length && bytes.compare(this.#delimiter, 0, undefined, at, end) === 0
  }

  #closingQuote(from: number): number | undefined {
    for (let at = this.#bytes.indexOf(34, from); at !== -1; at = this.#bytes.indexOf(34, at + 2)) {
      if (this.#bytes[at + 1] !== 34) return at
    }
    return undefined
  }
}
