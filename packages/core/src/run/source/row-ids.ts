import type { Row, RowId } from '../../contracts/row.js'
import type { SourceBatch, SourceReject } from '../../contracts/source.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'

/**
 * Gives an id to each row in code: the value of the key column, or else `rows:<position from 1>`. Ids may come twice.
 */
export class RowIds {
  readonly #key: string | undefined
  #position = 0

  constructor(key: string | undefined) {
    this.#key = key
  }

  batch(rows: readonly unknown[]): SourceBatch {
    const ids: RowId[] = []
    const good: Row[] = []
    const rejects: SourceReject[] = []
    for (const row of rows) {
      this.#position++
      const position = `rows:${this.#position}`
      if (typeof row !== 'object' || row === null || Array.isArray(row)) {
        const error = maestroError('MAESTRO_STORAGE_ROW_INVALID', {
          location: position,
          reason: `a row is an object of columns, not ${describeValue(row)}`,
        })
        rejects.push({ id: position, row, error, after: ids.length })
        continue
      }
      const value = this.#key === undefined ? undefined : (row as Row)[this.#key]
      if (this.#key !== undefined && (value === undefined || value === null)) {
        const error = maestroError('MAESTRO_STORAGE_ROW_INVALID', {
          location: position,
          reason: `the key column "${this.#key}" has no value`,
        })
        rejects.push({ id: position, row, error, after: ids.length })
        continue
      }
      ids.push(this.#key === undefined ? position : String(value))
      // Copies the row, because a step that changes its row must not change the caller's object.
      good.push({ ...row })
    }
    return { ids, rows: good, ...(rejects.length === 0 ? {} : { rejects }) }
  }
}
