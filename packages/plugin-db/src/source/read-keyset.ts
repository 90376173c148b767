import { MaestroError, type SourceBatch, type SourceCursor } from '@maestro-dataflow/core'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { holdPool, withSession } from '../connection/open-session.js'
import { withRetries } from '../connection/with-retries.js'
import type { Dialect } from '../dialects/dialect.js'
import type { DatabaseSession, Field } from '../dialects/session.js'
import { dbError } from '../errors.js'
import { quoteNames } from '../tables/names.js'
import type { Binding } from '../values/encode.js'
import { keyCursor, keyOfCursor } from './key-cursor.js'
import { Pace } from './pace.js'
import type { Select } from './read-snapshot.js'
import { RowBuilder, type RowShape } from './row-builder.js'

/** What is read in pages. */
export interface KeysetQuery {
  /** The text after FROM: a table, or a query in parentheses with a name. */
  readonly from: Select
  /** The columns of the rows in SQL, of what is called `page`; undefined for all. */
  readonly columns: string | undefined
  /** The columns that form an order without equal rows. */
  readonly key: readonly string[]
  /** Start after the row with these values of the key. */
  readonly after: readonly unknown[] | undefined
  /** Whether the database guarantees that no two rows have the same key. */
  readonly unique: boolean
  /** Whether rows may lack a value of the key, so that the order omits them. */
  readonly nullable: boolean
}

/**
 * Reads rows in the order of their key, one page per statement. A page whose connection broke is requested again. Rows
 * that others add or change meanwhile may or may not be included.
 *
 * @param from The cursor of a batch, to read the rows behind it.
 */
export async function* readKeyset(
  settings: ConnectionSettings,
  query: KeysetQuery,
  shape: RowShape & { readonly key: readonly string[] },
  signal: AbortSignal | undefined,
  from?: SourceCursor,
): AsyncGenerator<SourceBatch> {
  const ask = <Result>(work: (session: DatabaseSession) => Promise<Result>) =>
    withRetries(settings.retries, signal, () => withSession(settings, work, signal))
  const { leave } = await holdPool(settings)
  try {
    const columns = await ask((session) => keyColumns(session, query, shape))
    if (query.nullable) await ask((session) => assertNoNulls(session, query, shape.name))
    if (!query.unique) await ask((session) => assertDistinct(session, query, shape.name))
    const pace = new Pace()
    const begin = query.after?.map((value, at) => settings.dialect.encoderOf(columns[at] as Field)(value))
    let after: readonly Binding[] | undefined = from === undefined ? begin : keyOfCursor(from)
    let builder: RowBuilder | undefined
    for (;;) {
      const [size, behind] = [pace.rows, after]
      const page = await ask((session) => readPage(session, query, columns, behind, size)).catch((error: unknown) => {
        throw behind === undefined ? error : withoutOrder(error, query, shape.name)
      })
      builder ??= new RowBuilder(shape, page.fields)
      const rows = page.rows.slice(0, size)
      if (rows.length > 0) {
        const batch = builder.batch(rows)
        pace.note(rows.length, batch.bytes)
        after = page.keys[rows.length - 1] as readonly Binding[]
        yield { ...batch, cursor: keyCursor(after) }
      }
      if (page.rows.length <= size) return
    }
  } finally {
    await leave()
  }
}

/** A type may have an order but no comparison with a value from outside, such as a domain over an enum of PostgreSQL. */
function withoutOrder(error: unknown, { key }: KeysetQuery, table: string): unknown {
  if (!MaestroError.is(error, 'MAESTRO_DB_QUERY')) return error
  const { reason } = error.details
  return dbError('MAESTRO_DB_KEY_UNORDERED', { table, column: key.join('", "'), reason: String(reason) }, error)
}

interface Page {
  readonly fields: readonly Field[]
  readonly rows: readonly (readonly unknown[])[]
  /** The values of each row's key, in the form in which the database accepts them without loss. */
  readonly keys: readonly (readonly unknown[])[]
}

/** Reads one page and one more row, which shows whether there is another page. */
async function readPage(
  session: DatabaseSession,
  query: KeysetQuery,
  keyColumns: readonly Field[],
  after: readonly Binding[] | undefined,
  size: number,
): Promise<Page> {
  const { dialect } = session
  const { from, key } = query
  const columns = query.columns ?? 'page.*'
  const keys = keyColumns.map((column, at) => {
    const value = dialect.keyset.exact(`page.${dialect.quoteName(column.name)}`, column)
    return `${value} AS ${dialect.quoteName(`maestro_key_${at}`)}`
  })
  const bindings: Binding[] = [...from.bindings]
  const where = after === undefined ? '' : ` WHERE ${isAfter(dialect, keyColumns, after, bindings)}`
  const order = key.map((name) => `page.${dialect.quoteName(name)}`).join(', ')
  const sql = `SELECT ${columns}, ${keys.join(', ')} FROM ${from.sql} AS page${where} ORDER BY ${order} LIMIT ${size + 1}`
  const stream = await session.stream(sql, bindings)
  try {
    const read: (readonly unknown[])[] = []
    for (;;) {
      const rows = await stream.next(size + 2)
      if (rows.length === 0) break
      read.push(...rows)
    }
    const width = stream.fields.length - key.length
    return {
      fields: stream.fields.slice(0, width),
      rows: read.map((row) => row.slice(0, width)),
      keys: read.map((row) => row.slice(width)),
    }
  } finally {
    await stream.close()
  }
}

/** `a > ? OR (a = ? AND b > ?)`, for which databases use their indexes. */
function isAfter(dialect: Dialect, key: readonly Field[], values: readonly Binding[], bindings: Binding[]): string {
  const bound = (column: Field, at: number): string => {
    const value = values[at] as Binding
    bindings.push(value)
    return dialect.keyset.bound(dialect.placeholder(bindings.length), value, column)
  }
  const alternatives = key.map((column, last) => {
    const equal = key
      .slice(0, last)
      .map((before, at) => `page.${dialect.quoteName(before.name)} = ${bound(before, at)}`)
    return `(${[...equal, `page.${dialect.quoteName(column.name)} > ${bound(column, last)}`].join(' AND ')})`
  })
  return alternatives.join(' OR ')
}

/** What the columns of the key hold. @throws MAESTRO_DB_KEY_UNORDERED for a column that cannot be read in pages */
async function keyColumns(
  session: DatabaseSession,
  { from, key }: KeysetQuery,
  { name, kinds }: RowShape,
): Promise<readonly Field[]> {
  const sql = `SELECT ${quoteNames(session.dialect, key)} FROM ${from.sql} AS page`
  const fields = await session.fieldsOf(sql, from.bindings)
  const columns = fields.map((field) => ({ ...field, ...kinds?.get(field.name), name: field.name }))
  for (const { name: column, unordered } of columns)
    if (unordered !== undefined) throw dbError('MAESTRO_DB_KEY_UNORDERED', { table: name, column, reason: unordered })
  return columns
}

async function assertNoNulls(session: DatabaseSession, { from, key }: KeysetQuery, name: string): Promise<void> {
  const isNull = key.map((column) => `${session.dialect.quoteName(column)} IS NULL`).join(' OR ')
  const { rows } = await session.run(`SELECT 1 FROM ${from.sql} AS page WHERE ${isNull} LIMIT 1`, from.bindings)
  if (rows.length > 0)
    throw dbError('MAESTRO_DB_KEY_NOT_UNIQUE', { table: name, key, reason: 'some rows have no value in it' })
}

/** If two keys are equal for the database, even in different forms, the next page would omit a row. */
async function assertDistinct(session: DatabaseSession, { from, key }: KeysetQuery, name: string): Promise<void> {
  const names = quoteNames(session.dialect, key)
  const sql = `SELECT ${names} FROM ${from.sql} AS page GROUP BY ${names} HAVING count(*) > 1 LIMIT 1`
  const [found] = (await session.run(sql, from.bindings)).rows
  if (found === undefined) return
  const reason = `several rows have ${Object.values(found).map(String).join(', ')}`
  throw dbError('MAESTRO_DB_KEY_NOT_UNIQUE', { table: name, key, reason })
}
