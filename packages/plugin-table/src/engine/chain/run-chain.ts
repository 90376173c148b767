import {
  type ColumnSet,
  decodeStepLine,
  type ParquetFiles,
  type ParquetOutput,
  type TableChainRequest,
  type TableCounts,
  type TableStatement,
} from '@maestro-dataflow/core'
import type { CheckedStatement } from '../checked-statement.js'
import { columnsOf, fate, positionsOf } from '../choose-lines.js'
import { type Database, firstRow, RowsUnfit } from '../connect.js'
import { copyLines } from '../copy-lines.js'
import { canCopySorted, copySortedLines } from '../copy-sorted-lines.js'
import { ExtractedColumns } from '../extracted-columns.js'
import { usualKeys } from '../line-keys.js'
import { lineColumn, positionColumn, writeLines } from '../lines.js'
import { withListedAggregates } from '../listed-aggregates.js'
import { countRows } from '../load-lines.js'
import { countsOf, emitLine, lookAtLines } from '../run-statement.js'
import { sortKeys, statementQuery } from '../statement-query.js'
import { type Chosen, makesLines, originColumn, rowsBetween, type Segment } from './chain-rows.js'
import { chooseRows, valuesIn } from './choose-rows.js'
import { copyParquet } from './copy-parquet.js'
import { type IdentifiedRow, rowsAt } from './first-rows.js'
import { loadSegment, type MadeLines, madeColumn, type SegmentInput } from './load-segment.js'
import { parquetLines } from './parquet-lines.js'
import { type LeftOutBy, reportLeftOutBy } from './report-left-out.js'

/** A statement of a chain, checked against the columns of the rows that it processes. */
export interface ChainedStatement {
  readonly statement: TableStatement
  readonly checked: CheckedStatement
  readonly columns: ColumnSet
}

/**
 * Runs consecutive statements in the database. The lines are loaded once, and a statement that chooses or orders rows
 * makes a table of their places in it. Only an aggregate or a window makes other lines, which the next statement reads
 * in the database. The first line or value that is not as declared ends the chain; nothing has been reported then.
 *
 * @returns the counts of each statement @throws RowsUnfit
 */
export async function runChain(
  database: Database,
  statements: readonly ChainedStatement[],
  from: SegmentInput,
  request: ChainRequest,
): Promise<readonly TableCounts[]> {
  const chain = new Chain(database, statements, from, request)
  try {
    const counts = await chain.run()
    await chain.report()
    return counts
  } finally {
    await chain.dropTables()
  }
}

/** What a chain does with its rows, whatever files they come from. */
export interface ChainRequest extends Omit<TableChainRequest, 'input' | 'reject'> {
  /** The file that gets the rows instead of `output`, if they are from Parquet files and the chain only chooses some. */
  readonly parquet?: ParquetOutput | undefined
}

class Chain {
  readonly #database: Database
  readonly #statements: readonly ChainedStatement[]
  readonly #from: SegmentInput
  readonly #request: ChainRequest
  readonly #tables: string[] = []
  /** Whether the lines of the segment are copied in the order of a sort, so that the database does not write them. */
  #copiesSorted = false
  readonly #leftOut = new Map<number, LeftOutBy>()
  /** The first rows after a statement, once the chain has run. */
  readonly #firstRows = new Map<number, () => Promise<readonly IdentifiedRow[]>>()

  constructor(database: Database, statements: readonly ChainedStatement[], from: SegmentInput, request: ChainRequest) {
    this.#database = database
    this.#statements = statements
    this.#from = from
    this.#request = request
  }

  async run(): Promise<readonly TableCounts[]> {
    const counts: TableCounts[] = []
    let from = this.#from
    while (counts.length < this.#statements.length) {
      this.#copiesSorted = 'files' in from && (await canCopySorted(from.files))
      const first = counts.length
      const made = this.#statements.findIndex(({ statement }, index) => index >= first && makesLines(statement))
      const end = made === -1 ? this.#statements.length : made + 1
      const segment = await this.#load(first, end, from)
      from = await this.#runSegment(segment, first, end, counts)
    }
    return counts
  }

  /** Tells what became of each row, when nothing can fail any more because of a line. */
  async report(): Promise<void> {
    const { leftOut, firstRows } = this.#request
    for (const [index, by] of this.#leftOut)
      if (leftOut !== undefined) await reportLeftOutBy(this.#database, by, (rows) => leftOut(rows, index))
    for (const [index, rows] of this.#firstRows) firstRows?.receive(await rows(), index)
  }

  async dropTables(): Promise<void> {
    for (const table of this.#tables) await this.#database.connection.run(`DROP TABLE IF EXISTS ${table}`)
  }

  async #load(first: number, end: number, from: SegmentInput): Promise<Segment> {
    const { output, leftOut, firstRows } = this.#request
    const isMade = 'made' in from
    const own = this.#statements.slice(first, end)
    const [file] = 'files' in from ? from.files : []
    // No file holds the lines of such rows, so that the database writes them.
    const isLast = end === this.#statements.length && !makesLines(own.at(-1)?.statement)
    const { parquet } = this.#request
    const isWritten = 'parquet' in from && isLast && parquet === undefined
    const load = {
      table: this.#table(`segment_${first}`),
      from,
      statements: own.map(({ checked }) => checked),
      columns: own[0]?.columns ?? this.#request.columns,
      usual: file !== undefined ? await usualKeys(this.#database, file) : [],
      idsNeeded: file?.format === 'rows' && (output.format === 'step' || end < this.#statements.length),
      keepsText: isMade || isWritten || own.some((one) => this.#needsText(one)),
      keepsIds: leftOut !== undefined || firstRows !== undefined,
    }
    return loadSegment(this.#database, load)
  }

  /** @returns the lines that the last statement has made */
  async #runSegment(segment: Segment, first: number, end: number, counts: TableCounts[]): Promise<MadeLines> {
    const { connection } = this.#database
    let before: Chosen
    let rowsIn = await countRows(connection, `(SELECT 1 FROM ${segment.table} WHERE ${lineColumn} IS NOT NULL)`)
    let made: MadeLines = { made: '' }
    for (const [index, chained] of this.#statements.entries()) {
      if (index < first || index >= end) continue
      this.#request.signal.throwIfAborted()
      const { statement, checked } = chained
      const used = [...checked.reads, ...checked.keys]
      const rows = rowsBetween(segment, before, used, this.#needsText(chained) || makesLines(statement))
      const extracted = new ExtractedColumns(segment.format, used, segment.extracted.usualKeys)
      const lines = await lookAtLines({ database: this.#database, ...chained }, extracted, 'strict', rows)
      let rowsOut: number
      if (statement.kind === 'sort' && this.#isWritten(index) && !this.#copiesSorted) {
        const order = `${sortKeys(statement.by, valuesIn(lines))}, ${positionColumn}`
        rowsOut = await this.#write(`SELECT ${this.#emit(segment)} FROM ${lines.relation} ORDER BY ${order}`)
      } else if (makesLines(statement)) {
        const text = emitLine(segment.format, 'step', segment.files, segment.offsets, originColumn)
        const values = valuesIn(lines)
        const beside = statement.kind === 'aggregate' ? this.#usedAfter(index) : undefined
        const query = statementQuery(statement, {
          relation: `(SELECT * REPLACE (${text} AS ${lineColumn}) FROM ${lines.relation})`,
          values,
          checked: await withListedAggregates(connection, statement, lines.checked, { ...lines, values }),
          emit: lineColumn,
          format: 'step',
          columns: chained.columns,
          ...(beside === undefined ? {} : { beside }),
        })
        if (index === this.#statements.length - 1) rowsOut = await this.#write(query)
        else {
          const table = this.#table(`made_${index}`)
          const columns = [lineColumn, ...(beside ?? []).map((_, column) => madeColumn(column))]
          await connection.run(
            `CREATE OR REPLACE TEMP TABLE ${table} (${columns.map((column) => `${column} VARCHAR`).join(', ')})`,
          )
          await connection.run(`INSERT INTO ${table} ${query}`)
          rowsOut = await countRows(connection, table)
          this.#firstRows.set(index, () => this.#texts(`SELECT ${lineColumn} FROM ${table}`))
          made = { made: table, ...(beside === undefined ? {} : { columns: beside }) }
        }
      } else {
        const after = this.#table(`chosen_${index}`)
        const merged = this.#table(`merged_${index}`)
        await chooseRows({ database: this.#database, statement, lines, before, after, merged })
        rowsOut = await countRows(connection, after)
        const isMerged = statement.kind === 'dedupe'
        if (rowsOut < rowsIn)
          this.#leftOut.set(index, { statement, segment, before, after, merged: isMerged ? merged : undefined })
        if (!this.#isWritten(index)) this.#firstRows.set(index, () => this.#chosenRows(segment, after))
        before = after
      }
      counts.push(countsOf(statement, rowsIn, rowsOut))
      this.#request.progress?.(countsOf(statement, rowsIn, rowsOut), index)
      rowsIn = rowsOut
    }
    const last = this.#statements[end - 1]?.statement
    const { parquet } = this.#request
    if (parquet !== undefined && segment.parquet !== undefined && before !== undefined) {
      const columns = this.#statements.at(-1)?.columns ?? this.#request.columns
      const written = await copyParquet(this.#database, segment.parquet, segment, before, columns, parquet)
      if (written !== rowsIn) throw new RowsUnfit()
      return made
    }
    const isWritten = last === undefined || (last.kind === 'sort' && !this.#copiesSorted) || makesLines(last)
    if (!isWritten && before !== undefined) await this.#writeChosen(segment, before, rowsIn)
    return made
  }

  /** Whether the rows of a statement go to the output of lines. */
  #isWritten(index: number): boolean {
    return index === this.#statements.length - 1 && this.#request.parquet === undefined
  }

  /** Whether a statement reads or writes whole lines in the database. */
  #needsText({ statement, checked }: ChainedStatement): boolean {
    if (statement.kind === 'dedupe') return checked.keys.length === 0
    return (
      statement.kind === 'window' ||
      (statement.kind === 'sort' && !this.#copiesSorted && this.#request.parquet === undefined)
    )
  }

  /** The columns of the lines that a statement makes and that the next ones use, up to one that makes other lines. */
  #usedAfter(index: number): readonly string[] {
    const after = this.#statements.slice(index + 1)
    const end = after.findIndex(({ statement }) => makesLines(statement))
    const own = end === -1 ? after : after.slice(0, end + 1)
    return [...new Set(own.flatMap(({ checked }) => [...checked.reads, ...checked.keys]))]
  }

  /** Writes the rows that the last statement chose. */
  async #writeChosen(segment: Segment, chosen: string, rows: number): Promise<void> {
    const { output, signal } = this.#request
    const { connection } = this.#database
    const isSorted = this.#statements.some(({ statement }) => statement.kind === 'sort')
    if (segment.files.length > 0 && !isSorted) {
      const fates = new Uint8Array(await countRows(connection, segment.table))
      for await (const [kept = []] of columnsOf(connection, `SELECT ${originColumn} FROM ${chosen}`))
        for (const position of kept) fates[position] = fate.kept
      const copied = await copyLines({ files: segment.files, output, choice: { fates }, signal })
      // The database ends a line at a carriage return too.
      if (copied.lines !== fates.length || copied.rows !== rows) throw new RowsUnfit()
      return
    }
    if (this.#copiesSorted) {
      const origins = `SELECT ${originColumn} FROM ${chosen} ORDER BY rowid`
      const positions = await positionsOf(connection, origins, rows)
      const lines = await countRows(connection, segment.table)
      return copySortedLines({ files: segment.files, output, positions, lines, signal })
    }
    await this.#write(
      `SELECT ${this.#emit(segment)} FROM ${rowsBetween(segment, chosen, [])} ORDER BY ${positionColumn}`,
    )
  }

  /** The text of a row in the output of the chain. */
  #emit({ format, files, offsets }: Segment): string {
    return emitLine(format, this.#request.output.format, files, offsets, originColumn)
  }

  async #write(query: string): Promise<number> {
    const [written] = await firstRow(this.#database.connection, writeLines(query, this.#request.output.path))
    return Number(written)
  }

  async #chosenRows(segment: Segment, chosen: string): Promise<readonly IdentifiedRow[]> {
    const most = this.#request.firstRows?.rows ?? 0
    if (segment.files.length > 0) {
      const positions: number[] = []
      const origins = `SELECT ${originColumn} FROM ${chosen} ORDER BY rowid LIMIT ${most}`
      for await (const [some = []] of columnsOf(this.#database.connection, origins)) positions.push(...some)
      return rowsAt(segment.files, positions, this.#request.signal)
    }
    if (!segment.keepsText && segment.parquet !== undefined) return this.#parquetRows(segment, segment.parquet, chosen)
    return this.#texts(`SELECT ${lineColumn} FROM ${rowsBetween(segment, chosen, [])} ORDER BY ${positionColumn}`)
  }

  /** The first chosen rows of Parquet files, in their order. */
  async #parquetRows(segment: Segment, parquet: ParquetFiles, chosen: string): Promise<readonly IdentifiedRow[]> {
    const most = this.#request.firstRows?.rows ?? 0
    const places = `(SELECT ${originColumn} AS origin, rowid AS place FROM ${chosen} ORDER BY rowid LIMIT ${most})`
    const none = new ExtractedColumns('step', [])
    const lines = parquet.paths.map((_, file) => {
      const first = segment.offsets[file] ?? 0
      return `SELECT ${lineColumn}, place FROM ${places} JOIN ${parquetLines(parquet, file, none, true)} ON origin = ${positionColumn} + ${first}`
    })
    return this.#texts(`SELECT ${lineColumn} FROM (${lines.join(' UNION ALL ')}) ORDER BY place`)
  }

  /** The first rows of a query of lines of a step file. */
  async #texts(query: string): Promise<readonly IdentifiedRow[]> {
    const most = this.#request.firstRows?.rows ?? 0
    const texts: string[] = []
    for await (const [some = []] of columnsOf<string>(this.#database.connection, `${query} LIMIT ${most}`))
      texts.push(...some)
    return texts.map((line) => decodeStepLine(line))
  }

  #table(name: string): string {
    const table = `"#maestro.${name}"`
    this.#tables.push(table)
    return table
  }
}
