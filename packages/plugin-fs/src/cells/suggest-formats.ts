import { type ColumnType, parseIsoDate } from '@maestro-dataflow/core'
import { dateFormats, isTold, numberFormats, plainCell, type ToldFormats } from './told-formats.js'

/** Every way in which people write numbers and dates. */
const formats: readonly ToldFormats[] = [
  ...numberFormats.map((numberFormat) => ({ numberFormat })),
  ...dateFormats.map((dateFormat) => ({ dateFormat })),
]

/**
 * Finds the forms in which people write numbers or dates that all cells of a column have. They are never assumed, because
 * 1,200 has two meanings and 3/4/26 has three: they are suggested.
 */
export class FormatSuggestions {
  #possible: readonly ToldFormats[]
  /** The formats in which a cell has another meaning, or a meaning at all. */
  readonly #seen = new Set<ToldFormats>()

  /** @param told What is told is not suggested. @param type Suggests only forms of this type. @default all */
  constructor(told: ToldFormats, type?: ColumnType) {
    const isOpen = ({ numberFormat }: ToldFormats) =>
      (numberFormat === undefined ? told.dateFormat : told.numberFormat) === undefined
    this.#possible = formats.filter((format) => isOpen(format) && (type === undefined || isTold(format, type)))
  }

  add(cell: string): void {
    const text = cell.trim()
    if (text === '' || this.#possible.length === 0) return
    this.#possible = this.#possible.filter((format) => {
      const plain = meaningOf(text, format)
      if (plain !== undefined && isWrittenOtherwise(text, plain, format)) this.#seen.add(format)
      return plain !== undefined
    })
  }

  /** The options that may be meant, such as `numberFormat: '1.234,56'`; undefined if there are none. */
  get suggestion(): string | undefined {
    const options = this.#possible
      .filter((format) => this.#seen.has(format))
      .map(({ numberFormat, dateFormat }) =>
        numberFormat === undefined ? `dateFormat: '${dateFormat}'` : `numberFormat: ${JSON.stringify(numberFormat)}`,
      )
    return options.length === 0 ? undefined : options.join(' or ')
  }
}

function meaningOf(text: string, format: ToldFormats): string | undefined {
  const type = format.numberFormat === undefined ? 'date' : 'number'
  const plain = plainCell(text, type, format)
  if (plain === undefined || (type === 'date' && parseIsoDate(plain) === undefined)) return undefined
  // Nobody writes 0.125 for 125.
  return type === 'number' && text !== plain && /^-?0\d/.test(plain) ? undefined : plain
}

/** Whether a cell is not written as programs write numbers and dates. A phone number is no number. */
function isWrittenOtherwise(text: string, plain: string, { numberFormat }: ToldFormats): boolean {
  return text !== plain && (numberFormat === undefined || !/^(?:\+|0\d)/.test(text))
}
