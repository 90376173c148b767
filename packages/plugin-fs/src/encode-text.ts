import { withOwnMark } from './byte-order-mark.js'
import { fsError } from './errors.js'
import { halfCharacter } from './half-character.js'
import type { EncoderState, RowEncoder } from './row-encoder.js'

/** Writes the text of one column of each row, followed by a line end. A row without text in the column is refused. */
export function textEncoder(path: string, column: string, from: EncoderState = {}): RowEncoder {
  let isBegun = from.begun ?? false
  return {
    encode({ rows, ids }) {
      let text = ''
      for (const [index, row] of rows.entries()) {
        const value = Object.hasOwn(row, column) ? row[column] : undefined
        if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
          throw fsError('MAESTRO_FS_TEXT_MISSING', { path, column }).at({ rowId: ids[index] })
        if (typeof value === 'string' && !value.isWellFormed()) throw halfCharacter(column).at({ rowId: ids[index] })
        text += `${value}\n`
      }
      if (isBegun || text === '') return text
      isBegun = true
      return withOwnMark(text)
    },
    end: () => '',
    state: () => ({ begun: isBegun }),
  }
}
