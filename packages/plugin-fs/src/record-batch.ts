import { isUtf8 } from 'node:buffer'
import { maestroError, numberedIds, type Row, type SourceBatch, type SourceReject } from '@maestro-dataflow/core'

/** The reason for which the bytes of a record are refused. */
export const wrongText = "its bytes are not valid text in the file's encoding; set `encoding` if that is not UTF-8"

const shownLength = 500

/** Gathers the records of a stretch of a file. */
export class RecordBatch {
  readonly #prefix: string
  /** The ids, if they are not consecutive numbers behind the prefix. */
  #ids: string[] | undefined
  #first = 0
  readonly #rows: Row[] = []
  readonly #rejects: SourceReject[] = []
  #bytes = 0

  /** @param prefix What precedes the numbers of records that are added by their number. */
  constructor(prefix = '') {
    this.#prefix = prefix
  }

  add(id: string, row: Row): void {
    this.#ids ??= this.#numbered()
    this.#ids.push(id)
    this.#rows.push(row)
  }

  /** Adds a record whose id is the prefix and a number. */
  addNumber(number: number, row: Row): void {
    const count = this.#rows.length
    if (count === 0) this.#first = number
    if (this.#ids === undefined && number === this.#first + count) this.#rows.push(row)
    else this.add(`${this.#prefix}${number}`, row)
  }

  #numbered(): string[] {
    return [...numberedIds(this.#prefix, this.#first, this.#rows.length)]
  }

  /**
   * @param record The part of it that could be read. @param place Its position, if the id does not describe it well.
   */
  reject(id: string, record: unknown, reason: string, place = id, cause?: unknown): void {
    const error = maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: place, reason }, cause)
    const row = typeof record === 'string' ? record.slice(0, shownLength) : record
    this.#rejects.push({ id, row, error, after: this.#rows.length })
  }

  grow(bytes: number): void {
    this.#bytes += bytes
  }

  get length(): number {
    return this.#rows.length + this.#rejects.length
  }

  take(): SourceBatch {
    return {
      ids: this.#ids ?? numberedIds(this.#prefix, this.#first, this.#rows.length),
      rows: this.#rows,
      bytes: this.#bytes,
      ...(this.#rejects.length === 0 ? {} : { rejects: this.#rejects }),
    }
  }
}

/** The text of a record that is not valid. Each invalid byte is shown as one character. */
export function shownBytes(bytes: Buffer): string {
  const cut = bytes.subarray(0, shownLength)
  return isUtf8(cut) ? cut.toString('utf8') : cut.toString('latin1')
}
