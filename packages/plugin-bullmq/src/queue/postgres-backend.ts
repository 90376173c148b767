import {
  type BackendFactory,
  PostgresConnection,
  type PostgresConnectionOptions,
  PostgresQueueBackend,
  runMigrations,
} from 'bullmq'

/** The queue of BullMQ on PostgreSQL, for servers that may be away at first and machines whose clocks may be wrong. */
export const createPostgresBackend: BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> = (
  name,
  options,
) => {
  const connection = new LaterConnection(options.connection)
  const { pool } = connection
  const query = pool.query.bind(pool)
  pool.query = (text: string, parameters?: readonly unknown[]) => query(byServerTime(text), parameters)
  return new LaterBackend(connection, name, options, true)
}

/** BullMQ asks a server once whether it is ready, and never again if it was not. */
class LaterConnection extends PostgresConnection {
  #ready: Promise<void> | undefined

  override async waitUntilReady(): Promise<void> {
    this.#ready ??= this.#prepare()
    try {
      await this.#ready
    } catch (error) {
      this.#ready = undefined
      throw error
    }
  }

  async #prepare(): Promise<void> {
    const client = await this.pool.connect()
    try {
      await runMigrations(client, this.schema)
    } finally {
      client.release()
    }
  }
}

class LaterBackend extends PostgresQueueBackend {
  /** The name is for people; a queue without one works. */
  override async setName(name: string): Promise<void> {
    await super.setName(name).catch(() => undefined)
  }
}

/** The parameter of a statement that is the time of its caller, as the comment of the statement names it. */
const timeOfCaller = /\$(\d+) now_ms\b/

/**
 * The statement with the time of the server in place of the caller's, because a worker whose clock is fast would take away
 * the jobs of all others. The parameter stays, because it is sent.
 */
function byServerTime(text: string): string {
  const [, number] = timeOfCaller.exec(text) ?? []
  if (number === undefined) return text
  const time = `($${number}::bigint * 0 + (extract(epoch from clock_timestamp()) * 1000)::bigint)`
  return text.replaceAll(new RegExp(`\\$${number}(?!\\d)`, 'g'), () => time)
}
