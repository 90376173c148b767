import type { Batch, Row } from '../../contracts/row.js'
import type { SinkWriter } from '../../contracts/sink.js'
import { assertProcessed, type Merge } from './merge.js'
import { hashOfKey } from './row-hashes.js'
import { RowTable } from './row-table.js'

/**
 * A sink that replaces rows by their key, so that the rows of earlier runs stay in its output. Where the user asks for
 * it, rows that are no longer made are removed.
 */
export class UpdatingWriter implements SinkWriter {
  readonly refused?: NonNullable<SinkWriter['refused']>
  readonly refusedAtEnd?: NonNullable<SinkWriter['refusedAtEnd']>
  readonly #writer: SinkWriter
  readonly #sink: string
  readonly #merge: Merge
  /** The changed rows of the source of which the output has received the row, if a row is made of each. */
  readonly #written: RowTable | undefined

  private constructor(writer: SinkWriter, sink: string, merge: Merge, isSameKey: boolean) {
    this.#writer = writer
    this.#sink = sink
    this.#merge = merge
    this.#written = merge.removal !== undefined && isSameKey ? new RowTable() : undefined
    if (writer.refused !== undefined) this.refused = (last) => writer.refused?.(last) ?? []
    if (writer.refusedAtEnd !== undefined) this.refusedAtEnd = async () => (await writer.refusedAtEnd?.()) ?? []
  }

  /** @param outputKey The columns by which the sink replaces rows. */
  static async open(
    writer: SinkWriter,
    sink: string,
    merge: Merge,
    outputKey: readonly string[],
  ): Promise<UpdatingWriter> {
    const { key, removal } = merge
    const isSameKey = key.length === outputKey.length && key.every((column) => outputKey.includes(column))
    const updating = new UpdatingWriter(writer, sink, merge, isSameKey)
    // Several rows can be made of one row of the source, and other ones of the changed row: all of them are made anew.
    if (removal !== undefined)
      await updating.#remove((hash) => removal.isGone(hash) || (!isSameKey && removal.isChanged(hash)))
    return updating
  }

  get rowsWritten(): number | undefined {
    return this.#writer.rowsWritten
  }

  get replaces(): boolean {
    return this.#writer.replaces === true
  }

  get keepsReceipt(): boolean {
    return this.#writer.keepsReceipt === true
  }

  get commitsWith(): string | undefined {
    return this.#writer.commitsWith
  }

  write(batch: Batch): void | Promise<void> {
    const { removal } = this.#merge
    for (const row of batch.rows) {
      const hash = assertProcessed(row, this.#sink, this.#merge)
      if (this.#written?.find(hash) === -1 && removal?.isChanged(hash) === true) this.#written.add(hash)
    }
    return this.#writer.write(batch)
  }

  async commit() {
    const { removal } = this.#merge
    const written = this.#written
    if (removal !== undefined && written !== undefined && written.size < removal.changed)
      await this.#remove((hash) => removal.isChanged(hash) && written.find(hash) === -1)
    return this.#writer.commit()
  }

  abort(): Promise<void> {
    return this.#writer.abort()
  }

  async #remove(isGone: (key: Buffer) => boolean): Promise<void> {
    const { key } = this.#merge
    await this.#writer.removeRows?.(key, (row: Row) => {
      const hash = hashOfKey(row, key)
      return hash !== undefined && isGone(hash)
    })
  }
}
