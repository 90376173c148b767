import type { IdList, RowId, TableStatement } from '@maestro-dataflow/core'
import { columnsOf } from '../choose-lines.js'
import type { Database } from '../connect.js'
import { batchRows, type Receive, reasonOf } from '../left-out.js'
import { lineColumn } from '../lines.js'
import { type Chosen, idColumn, originColumn, type Segment } from './chain-rows.js'

/** A statement of a chain that has left out rows. */
export interface LeftOutBy {
  readonly statement: TableStatement
  readonly segment: Segment
  readonly before: Chosen
  readonly after: string
  /** The table of the rows that were merged; undefined if rows were dropped. */
  readonly merged: string | undefined
}

/** Reports the rows that a statement of a chain left out, in their order, with the rows that were kept in their place. */
export async function reportLeftOutBy(
  { connection }: Database,
  { statement, segment, before, after, merged }: LeftOutBy,
  leftOut: Receive,
): Promise<void> {
  const reason = reasonOf(statement)
  const rows =
    merged === undefined
      ? `(SELECT origin, NULL AS kept, place FROM ${originsOf(segment, before)} WHERE origin NOT IN (SELECT ${originColumn} FROM ${after}))`
      : `(SELECT ${originColumn} AS origin, kept, ${originColumn} AS place FROM ${merged})`
  const batch = new LeftOutBatch(segment, (ids, into) =>
    leftOut({ ids, ...(into === undefined ? {} : { into }), ...(reason === undefined ? {} : { reason }) }),
  )
  if (segment.format === 'rows' || segment.parquet !== undefined) {
    const numbers = `SELECT CAST(origin AS UINTEGER), CAST(kept AS UINTEGER) FROM ${rows} ORDER BY place`
    for await (const [own = [], kept = []] of columnsOf(connection, numbers)) batch.addLines(own, kept)
  } else {
    const { table } = segment
    const ids = `SELECT own.${idColumn}, target.${idColumn} FROM ${rows} JOIN ${table} own ON own.rowid = origin LEFT JOIN ${table} target ON target.rowid = kept ORDER BY place`
    for await (const [own = [], kept = []] of columnsOf<string>(connection, ids)) batch.addIds(own, kept)
  }
  batch.report()
}

/** The origins of the rows before a statement, and the place of each. */
function originsOf({ table }: Segment, before: Chosen): string {
  return before === undefined
    ? `(SELECT rowid AS origin, rowid AS place FROM ${table} WHERE ${lineColumn} IS NOT NULL)`
    : `(SELECT ${originColumn} AS origin, rowid AS place FROM ${before})`
}

/** Collects rows of one file, whose ids have one prefix, or rows by their ids. */
class LeftOutBatch {
  readonly #segment: Segment
  readonly #receive: (ids: IdList, into: IdList | undefined) => void
  #file = 0
  #target = 0
  #numbers: number[] = []
  #targets: number[] = []
  #ids: RowId[] = []
  #into: RowId[] = []

  constructor(segment: Segment, receive: (ids: IdList, into: IdList | undefined) => void) {
    this.#segment = segment
    this.#receive = receive
  }

  addLines(own: readonly number[], kept: readonly (number | null)[]): void {
    const { offsets } = this.#segment
    const fileAt = (position: number) =>
      offsets.length === 1 ? 0 : offsets.findLastIndex((offset) => offset <= position)
    for (const [index, origin] of own.entries()) {
      const into = kept[index] ?? undefined
      const file = fileAt(origin)
      const target = into === undefined ? file : fileAt(into)
      if (file !== this.#file || target !== this.#target || this.#numbers.length === batchRows) this.report()
      this.#file = file
      this.#target = target
      this.#numbers.push(origin - (offsets[file] ?? 0) + 1)
      if (into !== undefined) this.#targets.push(into - (offsets[target] ?? 0) + 1)
    }
  }

  addIds(own: readonly string[], kept: readonly (string | null)[]): void {
    for (const [index, id] of own.entries()) {
      this.#ids.push(JSON.parse(id) as RowId)
      const into = kept[index] ?? undefined
      if (into !== undefined) this.#into.push(JSON.parse(into) as RowId)
      if (this.#ids.length === batchRows) this.report()
    }
  }

  report(): void {
    if (this.#numbers.length > 0) {
      const into = this.#targets.length === 0 ? undefined : this.#numbered(this.#target, this.#targets)
      this.#receive(this.#numbered(this.#file, this.#numbers), into)
    }
    if (this.#ids.length > 0) this.#receive(this.#ids, this.#into.length === 0 ? undefined : this.#into)
    this.#numbers = []
    this.#targets = []
    this.#ids = []
    this.#into = []
  }

  #numbered(file: number, numbers: readonly number[]): IdList {
    const { files, parquet } = this.#segment
    const prefix = (parquet === undefined ? files[file]?.idPrefix : parquet.idPrefixes[file]) ?? ''
    return { prefix, numbers: Float64Array.from(numbers) }
  }
}
