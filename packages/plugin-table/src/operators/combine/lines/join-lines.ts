import { type LineRequest, MaestroError, type TableCounts } from '@maestro-dataflow/core'
import { type Choice, columnsOf, fate } from '../../../engine/choose-lines.js'
import { connect, type Database, engineError, firstRow, isDataFault, RowsUnfit } from '../../../engine/connect.js'
import { copyLines } from '../../../engine/copy-lines.js'
import { interruptOn } from '../../../engine/interrupt-on.js'
import { reportLeftOut } from '../../../engine/left-out.js'
import { lineKeys } from '../../../engine/line-keys.js'
import { lineColumn, positionColumn, readLines } from '../../../engine/lines.js'
import { countRows } from '../../../engine/load-lines.js'
import { literal } from '../../../engine/sql-text.js'
import { watchProgress } from '../../../engine/watch-progress.js'
import { reasons } from '../joined-rows.js'
import type { OtherTable } from '../other-table.js'
import { copyJoined } from './copy-joined.js'
import { type JoinedSide, keyName, keysOf, loadSide } from './joined-side.js'
import { QueriedMatches } from './read-matches.js'
import { columnsOfLines } from './right-columns.js'
import { type RightLines, withRightLines } from './right-lines.js'

/** A join whose rows are those of the left table, some of them with the columns of the right one. */
export interface LineJoin {
  readonly right: OtherTable
  readonly by: readonly string[]
  readonly on: readonly string[]
  readonly how: 'inner' | 'left' | 'semi' | 'anti'
  readonly columnPrefix: string
  /** @throws MAESTRO_TABLE_JOIN_SIZE @param pairs The rows that the join makes, at most. @param rows The rows of both tables. */
  assertSize(pairs: number, rows: number): void
  /** The most rows that the join may make of these. */
  mostRows(rows: number): number
}

const mostHeldBytes = 64 * 1024 * 1024

/**
 * Joins files of lines: the database compares the keys, and the lines of the left table are copied with what the right
 * rows add.
 *
 * @param mostHeld The most members of right rows that are held, in bytes of text.
 * @returns undefined if a line must be read as a row, so that the join works row by row
 */
export async function joinLines(
  join: LineJoin,
  request: LineRequest,
  mostHeld = mostHeldBytes,
): Promise<TableCounts | undefined> {
  const { directory, signal, input, read } = request
  const database = await connect({ directory })
  const stopInterrupting = interruptOn(signal, database)
  let stopWatching: (() => void) | undefined
  try {
    signal.throwIfAborted()
    if (read !== undefined) stopWatching = await watchProgress(database, input, read)
    return await withRightLines(join.right, { database, directory, signal }, (right) =>
      new LinesOfJoin(database, join, request, { ...right, mostHeld }).run(),
    )
  } catch (error) {
    signal.throwIfAborted()
    if (isDataFault(error)) return undefined
    throw MaestroError.is(error) ? error : engineError(error)
  } finally {
    stopWatching?.()
    stopInterrupting()
    database.close()
  }
}

class LinesOfJoin {
  readonly #database: Database
  readonly #join: LineJoin
  readonly #request: LineRequest
  readonly #right: RightLines & { readonly mostHeld: number }

  constructor(
    database: Database,
    join: LineJoin,
    request: LineRequest,
    right: RightLines & { readonly mostHeld: number },
  ) {
    this.#database = database
    this.#join = join
    this.#request = request
    this.#right = right
  }

  async run(): Promise<TableCounts> {
    const { how, on, by } = this.#join
    const { input, columns, takesRows } = this.#request
    const addsColumns = how === 'inner' || how === 'left'
    const names = addsColumns ? await columnsOfLines(this.#database, this.#right.files) : new Set<string>()
    for (const name of on) names.delete(name)
    const isPlain = [...input, ...this.#right.files].every(({ format }) => format === 'rows')
    const format =
      takesRows && (isPlain || !addsColumns) && input.every((file) => file.format === 'rows') ? 'rows' : 'step'
    const forStep = format === 'step'
    const used = [...on, ...names]
    const right = await loadSide(this.#database, 'rights', { ...this.#right, used, keys: on.length }, forStep)
    await this.#assertNew([...names].map((name) => this.#join.columnPrefix + name))
    const left = await loadSide(this.#database, 'lefts', { files: input, columns, used: by, keys: by.length }, forStep)
    const count = await countRows(this.#database.connection, 'lefts')
    await this.#storeKeys(left, right)
    const choice = { fates: new Uint8Array(count) }
    if (!addsColumns) return this.#choose(choice, left, format)
    await this.#assertSize()
    return this.#copy(choice, left, right, [...names], format)
  }

  /** @throws RowsUnfit if a row may have one of the added columns, even if its value is null */
  async #assertNew(added: readonly string[]): Promise<void> {
    const { input, columns } = this.#request
    if (added.some((name) => name.includes('\0') || Object.hasOwn(columns.columns, name))) throw new RowsUnfit()
    if (!columns.open || added.length === 0) return
    for (const file of input) {
      const isTwice = `list_has_any([${added.map(literal).join(', ')}], ${lineKeys(file.format)})`
      const found = await this.#database.connection.runAndReadAll(
        `SELECT 1 FROM ${readLines(file)} WHERE ${lineColumn} IS NOT NULL AND ${isTwice} LIMIT 1`,
      )
      if (found.currentRowCount > 0) throw new RowsUnfit()
    }
  }

  async #storeKeys(left: JoinedSide, right: JoinedSide): Promise<void> {
    const keys = keysOf(left, right)
    for (const [table, { relation }, side] of [
      ['left_keys', left, 0],
      ['right_keys', right, 1],
    ] as const) {
      const columns = keys.map((pair, index) => `${pair[side]} AS ${keyName(index)}`)
      await this.#database.connection.run(
        `CREATE TEMP TABLE ${table} AS SELECT CAST(${positionColumn} AS UINTEGER) AS place, ${columns.join(', ')} FROM ${relation}`,
      )
    }
  }

  get #condition(): string {
    return this.#join.by.map((_, index) => `l.${keyName(index)} = r.${keyName(index)}`).join(' AND ')
  }

  /** Semi and anti joins leave the lines as they are. */
  async #choose(choice: Choice, left: JoinedSide, format: 'rows' | 'step'): Promise<TableCounts> {
    const { how } = this.#join
    const { connection } = this.#database
    const { fates } = choice
    const kind = how === 'semi' ? 'SEMI' : 'ANTI'
    const kept = `SELECT l.place FROM left_keys l ${kind} JOIN right_keys r ON ${this.#condition}`
    for await (const [places = []] of columnsOf(connection, kept)) for (const place of places) fates[place] = fate.kept
    const report = this.#reportOf(choice, how === 'semi' ? reasons.unmatched : reasons.matched)
    const output = await this.#request.output(format)
    const { input: files, signal } = this.#request
    const { rows, lines } = await copyLines({ files, output, choice, seen: report?.seen, signal })
    return this.#counts(choice, left, rows, lines, report)
  }

  async #copy(
    choice: Choice,
    left: JoinedSide,
    right: JoinedSide,
    names: readonly string[],
    format: 'rows' | 'step',
  ): Promise<TableCounts> {
    const { how, columnPrefix } = this.#join
    const { input: files, signal, step, split } = this.#request
    const { connection } = this.#database
    const member = (name: string) => `,${JSON.stringify(columnPrefix + name)}:`
    const members = names.map((name) => `${literal(member(name))} || coalesce(${right.extracted.json(name)}, 'null')`)
    const added = members.length === 0 ? "''" : members.join(' || ')
    const [bytes] = await firstRow(connection, `SELECT coalesce(sum(strlen(${added})), 0) FROM ${right.relation}`)
    const held = Number(bytes) > this.#right.mostHeld ? undefined : await this.#held(added, right)
    const line =
      held === undefined
        ? `JOIN (SELECT ${positionColumn} AS at, ${added} AS members FROM ${right.relation}) t ON t.at = r.place`
        : ''
    const pairs = `SELECT l.place, ${held === undefined ? 't.members' : 'r.place'} FROM left_keys l JOIN right_keys r ON ${this.#condition} ${line} ORDER BY l.place, r.place`
    const report = this.#reportOf(choice, reasons.unmatched)
    const output = await this.#request.output(format)
    const unmatched = how === 'left' ? names.map((name) => `${member(name)}null`).join('') : undefined
    const matches = new QueriedMatches(connection, pairs, held)
    const copy = { files, output, step, choice, matches, unmatched, seen: report?.seen, signal }
    const { rows, lines, splits } = await copyJoined(copy)
    const counts = this.#counts(choice, left, rows, lines, report)
    for (const [id, children] of splits) split?.(id, children)
    return counts
  }

  /** What each right row adds, by its position. */
  async #held(added: string, { relation }: JoinedSide): Promise<readonly string[]> {
    const held: string[] = []
    const query = `SELECT CAST(${positionColumn} AS UINTEGER), ${added} FROM ${relation}`
    for await (const [places = [], texts = []] of columnsOf<number | string>(this.#database.connection, query))
      for (const [index, place] of places.entries()) held[place as number] = texts[index] as string
    return held
  }

  /** The number of pairs is counted only if it may be too large. */
  async #assertSize(): Promise<void> {
    const { connection } = this.#database
    const keys = this.#join.by.map((_, index) => keyName(index)).join(', ')
    const isKey = this.#join.by.map((_, index) => `${keyName(index)} IS NOT NULL`).join(' AND ')
    const [lefts, rights] = [await countRows(connection, 'left_keys'), await countRows(connection, 'right_keys')]
    const counts = (table: string) => `(SELECT ${keys}, count(*) AS n FROM ${table} WHERE ${isKey} GROUP BY ${keys})`
    const [most] = await firstRow(connection, `SELECT coalesce(max(n), 0) FROM ${counts('right_keys')}`)
    if (Number(most) * lefts <= this.#join.mostRows(lefts + rights)) return
    const [pairs] = await firstRow(
      connection,
      `SELECT coalesce(sum(l.n::DOUBLE * r.n), 0) FROM ${counts('left_keys')} l JOIN ${counts('right_keys')} r ON ${this.#condition}`,
    )
    this.#join.assertSize(Number(pairs), lefts + rights)
  }

  #reportOf(choice: Choice, reason: string) {
    const { leftOut, input } = this.#request
    return leftOut && reportLeftOut(leftOut, reason, input, choice)
  }

  #counts(
    { fates }: Choice,
    { offsets }: JoinedSide,
    rowsOut: number,
    lines: number,
    report: ReturnType<typeof reportLeftOut> | undefined,
  ): TableCounts {
    // The database ends a line at a carriage return too.
    if (lines !== fates.length) throw new RowsUnfit()
    report?.finish(offsets)
    const tally = [0, 0, 0]
    for (const one of fates) tally[one] = (tally[one] ?? 0) + 1
    const [dropped = 0, kept = 0] = tally
    return { rowsIn: dropped + kept, rowsOut, rejected: 0, dropped, merged: 0, created: rowsOut - kept }
  }
}
