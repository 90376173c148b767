import {
  type Batch,
  columnNames,
  MaestroError,
  onlyColumns,
  type RefusedRow,
  type Row,
  type RowId,
  rowWith,
  type SinkWriter,
  type WriteResult,
} from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import { LeftColumns } from './left-columns.js'

/** The most files that are open at once. */
const mostFiles = 500

/** How rows go to several files. */
export interface PartitionedWriting {
  /** The name of all files together. */
  readonly shown: string
  /** @throws an error of the row */
  pathOf(row: Row): string
  /** The columns that the names of folders state instead of the files. */
  readonly left: readonly string[]
  open(path: string): Promise<SinkWriter>
}

/** Writes each row to the file that its values choose. Each file becomes visible as a whole, one after the other. */
export class PartitionedWriter implements SinkWriter {
  readonly #writing: PartitionedWriting
  readonly #writers = new Map<string, SinkWriter>()
  readonly #leftColumns = new LeftColumns()
  #refused: RefusedRow[] = []

  constructor(writing: PartitionedWriting) {
    this.#writing = writing
  }

  async write({ ids, rows }: Batch): Promise<void> {
    const parts = new Map<string, { ids: string[]; rows: Row[]; whole: Row[] }>()
    for (const [index, row] of rows.entries()) {
      const id = ids[index] ?? ''
      try {
        const path = this.#writing.pathOf(row)
        const part = parts.get(path) ?? { ids: [], rows: [], whole: [] }
        parts.set(path, part)
        part.ids.push(id)
        part.rows.push(this.#cut(row))
        part.whole.push(row)
      } catch (error) {
        this.#refuse(id, row, error)
      }
    }
    for (const [path, part] of parts) await this.#writePart(path, await this.#writer(path), part)
  }

  /** Writes the rows that the file accepts. */
  async #writePart(
    path: string,
    writer: SinkWriter,
    part: { readonly ids: string[]; readonly rows: Row[]; readonly whole: Row[] },
  ): Promise<void> {
    while (part.rows.length > 0) {
      try {
        await writer.write(part)
        if (writer.refusedAtEnd !== undefined) this.#note(path, part)
        return
      } catch (error) {
        const index = MaestroError.is(error) ? part.ids.indexOf(error.rowId ?? '') : -1
        if (index < 0) throw error
        this.#refuse(part.ids[index] ?? '', part.whole[index] ?? {}, error)
        for (const list of [part.ids, part.rows, part.whole]) list.splice(index, 1)
      }
    }
  }

  #cut(row: Row): Row {
    const { left } = this.#writing
    return onlyColumns(row, new Set(columnNames(row).filter((name) => !left.includes(name))))
  }

  /** Keeps what the file does not have of the rows that it may still refuse. */
  #note(path: string, { ids, whole }: { readonly ids: readonly RowId[]; readonly whole: readonly Row[] }): void {
    const left = new Set(this.#writing.left)
    for (const [index, row] of whole.entries()) this.#leftColumns.add(path, ids[index] ?? '', onlyColumns(row, left))
  }

  #refuse(id: string, row: Row, error: unknown): void {
    if (!MaestroError.is(error)) throw error
    this.#refused.push({ id, row, error: error.at({ rowId: id }) })
  }

  async #writer(path: string): Promise<SinkWriter> {
    const known = this.#writers.get(path)
    if (known !== undefined) return known
    if (this.#writers.size === mostFiles)
      throw fsError('MAESTRO_FS_TOO_MANY_FILES', { path: this.#writing.shown, limit: mostFiles })
    const writer = await this.#writing.open(path)
    this.#writers.set(path, writer)
    return writer
  }

  refused(): readonly RefusedRow[] {
    const refused = this.#refused
    this.#refused = []
    return refused
  }

  async refusedAtEnd(): Promise<readonly RefusedRow[]> {
    const refused: RefusedRow[] = []
    for (const [path, writer] of this.#writers)
      for (const found of (await writer.refusedAtEnd?.()) ?? [])
        refused.push({ ...found, row: rowWith(found.row, entriesOf(this.#leftColumns.of(path, found.id))) })
    return refused
  }

  get rowsWritten(): number {
    return [...this.#writers.values()].reduce((sum, { rowsWritten = 0 }) => sum + rowsWritten, 0)
  }

  async commit(): Promise<WriteResult> {
    let rows = 0
    for (const writer of this.#writers.values()) rows += (await writer.commit()).rows
    const files = [...this.#writers.keys()]
    return { rows, location: `${this.#writing.shown} (${files.length} files)`, files }
  }

  async abort(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.abort()
  }
}

const entriesOf = (row: Row) => columnNames(row).map((name) => [name, row[name]] as const)
