import { type ColumnType, parseIsoDate } from '@maestro-dataflow/core'
import { FormatSuggestions } from './suggest-formats.js'
import { plainCell, type ToldFormats } from './told-formats.js'

/** The most digits that a number keeps. */
const mostDigits = 15
const wholeNumber = /^(0|-?[1-9]\d*)$/
const fractionOf = /^-?\d+\.(\d+)$/
const plainNumber = /^-?(0|[1-9]\d*)(\.\d+)?$/

type Candidate = 'boolean' | 'integer' | 'bigint' | 'number' | 'decimal' | 'date'

/** From the narrowest type to the widest one. */
const candidates = ['boolean', 'integer', 'bigint', 'number', 'decimal', 'date'] as const satisfies readonly Candidate[]

/**
 * Finds the type that all cells of a column have. Text that would change stays text: a leading zero or plus, an exponent,
 * more digits than a number keeps, a date that could mean two days, versions such as 1.9 and 1.10.
 */
export class TypeInference {
  readonly #formats: ToldFormats
  #possible = new Set<Candidate>(candidates)
  #hasValues = false
  readonly #suggestions: FormatSuggestions
  /** The numbers of digits after the points of the cells, and whether such digits end with a zero that a number loses. */
  readonly #scales = new Set<number>()
  #isPadded = false

  constructor(formats: ToldFormats) {
    this.#formats = formats
    this.#suggestions = new FormatSuggestions(formats)
  }

  add(cell: string): void {
    const text = cell.trim()
    if (text === '') return
    this.#suggestions.add(text)
    this.#hasValues = true
    const [, fraction] = fractionOf.exec(text) ?? []
    if (fraction !== undefined) {
      this.#scales.add(fraction.length)
      this.#isPadded ||= fraction.length > 1 && fraction.endsWith('0')
    }
    for (const type of this.#possible) if (!this.#fits(text, type)) this.#possible.delete(type)
  }

  get type(): ColumnType {
    if (!this.#hasValues) return 'string'
    const type = candidates.find((one) => this.#possible.has(one)) ?? 'string'
    // Prices have as many digits as each other. Of numbers of different lengths, none ends with a zero that says nothing.
    const isVersion = this.#isPadded && this.#scales.size > 1
    return isVersion && (type === 'number' || type === 'decimal') ? 'string' : type
  }

  /** The option that tells how the cells may be meant; undefined if they have one meaning. */
  get suggestion(): string | undefined {
    return this.#suggestions.suggestion
  }

  #fits(cell: string, type: Candidate): boolean {
    const text = plainCell(cell, type, this.#formats)
    if (text === undefined) return false
    switch (type) {
      case 'boolean':
        return /^(true|false)$/i.test(text)
      case 'integer':
        return wholeNumber.test(text) && Number.isSafeInteger(Number(text))
      case 'bigint':
        return wholeNumber.test(text)
      case 'number':
        return plainNumber.test(text) && text.replace(/\D/g, '').length <= mostDigits
      case 'decimal':
        return plainNumber.test(text)
      case 'date':
        return parseIsoDate(text) !== undefined
    }
  }
}
