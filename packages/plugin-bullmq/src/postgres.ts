import type pg from 'pg'

/** A pool whose schema is created with the first statement. */
export class Postgres {
  readonly #url: string
  readonly #schema: string
  #pool: Promise<pg.Pool> | undefined
  #ready: Promise<void> | undefined

  /** @param schema The statements that create what is missing. */
  constructor(url: string, schema: string) {
    this.#url = url
    this.#schema = schema
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    this.#ready ??= this.#create()
    try {
      await this.#ready
    } catch (error) {
      this.#ready = undefined
      throw error
    }
    const pool = await this.#opened()
    const { rows } = await pool.query<Row>(text, [...values])
    return rows
  }

  async dispose(): Promise<void> {
    const pool = await this.#pool
    if (pool?.ended === false) await pool.end()
  }

  #opened(): Promise<pg.Pool> {
    this.#pool ??= openPool(this.#url)
    return this.#pool
  }

  /** Two processes may create the schema at the same time: the lock makes one of them wait. */
  async #create(): Promise<void> {
    const pool = await this.#opened()
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query('select pg_advisory_xact_lock(7203964511)')
      await client.query(this.#schema)
      await client.query('commit')
    } catch (error) {
      await client.query('rollback').catch(() => undefined)
      throw error
    } finally {
      client.release()
    }
  }
}

async function openPool(url: string): Promise<pg.Pool> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 3000,
    query_timeout: 5000,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
  })
  // An idle connection that the server closes is replaced by the next statement.
  pool.on('error', () => undefined)
  return pool
}
