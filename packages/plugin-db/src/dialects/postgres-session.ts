import { pipeline } from 'node:stream/promises'
import { loadDriver } from '../connection/drivers.js'
import type { RawConnections } from '../connection/open-pool.js'
import type { Binding } from '../values/encode.js'
import { Held } from './base.js'
import { kindOfTypeNumber } from './postgres-kinds.js'
import type { Answer, BaseSession, RowCursor } from './session.js'

type Postgres = RawConnections['postgres']

interface FieldDescription {
  readonly name: string
  readonly dataTypeID: number
}

/** Values stay text: each is decoded once, by what the column is. */
const asText = { getTypeParser: () => (text: string) => text }

/** A connection to PostgreSQL. */
export class PostgresSession extends Held<Postgres> implements BaseSession {
  readonly client = 'postgres'

  async run(sql: string, bindings: readonly Binding[] = []): Promise<Answer> {
    return this.guarded(async () => {
      const { rows, rowCount } = await this.connection.query(sql, [...bindings])
      return { rows, changed: rowCount ?? 0 }
    })
  }

  async runAll(sql: string): Promise<void> {
    await this.run(sql)
  }

  async stream(sql: string, bindings: readonly Binding[]): Promise<RowCursor> {
    const { default: Cursor } = await loadDriver('postgres', () => import('pg-cursor'))
    const added = await this.#addedTypes()
    const cursor = new Cursor<readonly unknown[]>(sql, [...bindings], { rowMode: 'array', types: asText })
    let fields: readonly FieldDescription[] = []
    let failed = false
    const read = (count: number) =>
      this.guarded(
        () =>
          new Promise<readonly (readonly unknown[])[]>((resolve, reject) =>
            cursor.read(count, (error, rows, result) => {
              if (error) {
                failed = true
                return reject(error)
              }
              // Once all are read there is no result any more.
              fields = result?.fields ?? fields
              resolve(rows)
            }),
          ),
      )
    this.connection.query(cursor)
    // The first row brings the fields.
    let first: readonly (readonly unknown[])[] | undefined = await read(1)
    return {
      fields: fields.map(({ name, dataTypeID }) => ({ name, ...kindOfTypeNumber(dataTypeID, added) })),
      next: async (count) => {
        const begun = first
        first = undefined
        if (begun === undefined) return read(count)
        return begun.length === 0 || count === 1 ? begun : [...begun, ...(await read(count - 1))]
      },
      // A cursor that failed is closed already, and one of a lost connection would never say that it is.
      close: async () => {
        if (!failed) await cursor.close()
      },
    }
  }

  async beginReading(): Promise<void> {
    await this.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  }

  async begin(): Promise<void> {
    await this.run('BEGIN')
  }

  async commit(): Promise<void> {
    await this.run('COMMIT')
  }

  async rollback(): Promise<void> {
    await this.connection.query('ROLLBACK').catch((error) => this.spoil(error))
  }

  interrupt(): void {
    this.spoil('stopped')
    this.connection.connection.stream.destroy()
  }

  /** Loads rows in the text form of COPY. @param sent Called when the first ones are on their way. @throws what the driver throws: the caller looks for the row at fault */
  async copy(sql: string, lines: Iterable<Buffer>, sent: () => void): Promise<void> {
    const { from } = await loadDriver('postgres', () => import('pg-copy-streams'))
    setImmediate(sent)
    await pipeline(lines, this.connection.query(from(sql)))
  }

  /** Types of extensions and of the user have other numbers in each database. */
  async #addedTypes(): Promise<ReadonlyMap<number, string>> {
    const { rows } = await this.run(`SELECT oid::int8::text AS oid, typname FROM pg_catalog.pg_type
      WHERE oid >= 16384 AND typtype = 'b' AND typname IN ('vector', '_vector')`)
    return new Map(rows.map(({ oid, typname }) => [Number(oid), String(typname)]))
  }
}
