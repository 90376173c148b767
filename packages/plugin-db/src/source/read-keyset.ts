import type { SourceBatch } from '@maestro-dataflow/core'
import type { Client, ConnectionSettings } from '../connection/connection-settings.js'
import { holdPool, withSession } from '../connection/open-session.js'
import { withRetries } from '../connection/with-retries.js'
import type { DatabaseSession } from '../dialects/database-session.js'
import type { Field } from '../dialects/session.js'
import { dbError } from '../errors.js'
import { placeholder, quoteName, quoteNames } from '../tables/names.js'
import { type Binding, encoderOf } from '../values/encode.js'
import { Pace } from './pace.js'
import type { Select } from './read-snapshot.js'
import { RowBuilder, type RowShape } from './row-builder.js'

/** What is read in pages. */
export interface KeysetQuery {
  /** What stands after FROM: a table, or a query in brackets with a name. */
  readonly from: Select
  /** The columns of the rows; undefined for all. */
  readonly columns: readonly string[] | undefined
  /** Makes an order in which no two rows are equal. */
  readonly key: readonly string[]
  /** Begin after the row with these values of the key. */
  readonly after: readonly unknown[] | undefined
  /** Refuse rows without a key: the order leaves them out. */
  readonly checkNulls: boolean
}

/**
 * Reads rows in the order of their key, a page at a time, each by a statement of its own: a page whose connection broke
 * is asked for again. Rows that others add or change meanwhile may be seen or not.
 */
export async function* readKeyset(
  settings: ConnectionSettings,
  query: KeysetQuery,
  shape: RowShape & { readonly key: readonly string[] },
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceBatch> {
  const ask = <Result>(work: (session: DatabaseSession) => Promise<Result>) =>
    withRetries(settings.retries, signal, () => withSession(settings, work, signal))
  const { leave } = await holdPool(settings)
  try {
    if (query.checkNulls) await ask((session) => assertNoNulls(session, query, shape.name))
    const pace = new Pace()
    let after = query.after === undefined ? undefined : await ask((session) => startOf(session, query))
    let builder: RowBuilder | undefined
    for (;;) {
      const [size, begin] = [pace.rows, after]
      const page = await ask((session) => readPage(session, query, begin, size))
      builder ??= new RowBuilder(shape, page.fields)
      const rows = page.rows.slice(0, size)
      if (rows.length > 0) {
        assertDistinct(page.keys, settings.client, query, shape.name)
        const batch = builder.batch(rows)
        pace.note(rows.length, batch.bytes)
        after = page.keys[rows.length - 1] as readonly Binding[]
        yield batch
      }
      if (page.rows.length <= size) return
    }
  } finally {
    await leave()
  }
}

interface Page {
  readonly fields: readonly Field[]
  readonly rows: readonly (readonly unknown[])[]
  /** Of each row, the values of its key as the database takes them back without loss. */
  readonly keys: readonly (readonly unknown[])[]
}

/** Reads one page and the row after it, which tells whether there is another page. */
async function readPage(
  session: DatabaseSession,
  query: KeysetQuery,
  after: readonly Binding[] | undefined,
  size: number,
): Promise<Page> {
  const { client } = session
  const { from, key } = query
  const columns = query.columns?.map((name) => `page.${quoteName(client, name)}`).join(', ') ?? 'page.*'
  const keys = key.map((name) => exactKey(client, quoteName(client, name)))
  const bindings: Binding[] = [...from.bindings]
  const where = after === undefined ? '' : ` WHERE ${isAfter(client, key, after, bindings)}`
  const order = key.map((name) => `page.${quoteName(client, name)}`).join(', ')
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

/** The key in a form that loses nothing on its way here and back: a date in JavaScript has no microseconds. */
function exactKey(client: Client, quoted: string): string {
  return client === 'postgres' ? `page.${quoted}::text` : `page.${quoted}`
}

/** `a > ? OR (a = ? AND b > ?)`: databases use their indexes for it. */
function isAfter(client: Client, key: readonly string[], values: readonly Binding[], bindings: Binding[]): string {
  const bound = (at: number): string => {
    const value = values[at] as Binding
    bindings.push(value)
    const place = placeholder(client, bindings.length)
    // A text beside a number would be compared as a float.
    return client === 'mysql' && typeof value === 'string' && /^-?\d{16,}$/.test(value)
      ? `CAST(${place} AS DECIMAL(65,0))`
      : place
  }
  const alternatives = key.map((name, last) => {
    const equal = key.slice(0, last).map((before, at) => `page.${quoteName(client, before)} = ${bound(at)}`)
    return `(${[...equal, `page.${quoteName(client, name)} > ${bound(last)}`].join(' AND ')})`
  })
  return alternatives.join(' OR ')
}

/** The values after which the user wants to begin, by the kinds of the key's columns. */
async function startOf(session: DatabaseSession, query: KeysetQuery): Promise<readonly Binding[]> {
  const { from, key, after = [] } = query
  const sql = `SELECT ${quoteNames(session.client, key)} FROM ${from.sql} AS page LIMIT 1`
  const stream = await session.stream(sql, from.bindings)
  while ((await stream.next(2)).length > 0);
  await stream.close()
  return stream.fields.map((field, index) => encoderOf(session.client, field)(after[index]))
}

async function assertNoNulls(session: DatabaseSession, { from, key }: KeysetQuery, name: string): Promise<void> {
  const isNull = key.map((column) => `${quoteName(session.client, column)} IS NULL`).join(' OR ')
  const { rows } = await session.run(`SELECT 1 FROM ${from.sql} AS page WHERE ${isNull} LIMIT 1`, from.bindings)
  if (rows.length > 0)
    throw dbError('MAESTRO_DB_KEY_NOT_UNIQUE', { table: name, key, reason: 'some rows have no value in it' })
}

/** Of two rows that are equal in the order, the next page would leave one out. */
function assertDistinct(
  keys: readonly (readonly unknown[])[],
  client: Client,
  { key }: KeysetQuery,
  name: string,
): void {
  // Texts that differ in case or accents only are equal to MySQL, unless a column says otherwise.
  const collator = client === 'mysql' ? new Intl.Collator('en', { sensitivity: 'base' }) : undefined
  const same = (a: unknown, b: unknown) =>
    Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : a === b || collator?.compare(String(a), String(b)) === 0
  for (let at = 1; at < keys.length; at++) {
    if (keys[at]?.every((value, column) => same(value, keys[at - 1]?.[column])))
      throw dbError('MAESTRO_DB_KEY_NOT_UNIQUE', { table: name, key, reason: `several rows have ${String(keys[at])}` })
  }
}
