import { type BackendFactory, PostgresConnection, type PostgresConnectionOptions, PostgresQueueBackend } from 'bullmq'

/** The parameter of a statement that is the time of its caller, as the comment of the statement names it. */
const timeOfCaller = /\$(\d+) now_ms\b/

/**
 * The queue of BullMQ on PostgreSQL, with the clock of the server. BullMQ tells the server the time of each worker, so that a
 * worker whose clock is fast would take away the jobs of all others.
 */
export const createPostgresBackend: BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> = (
  name,
  options,
) => {
  const connection = new PostgresConnection(options.connection)
  const { pool } = connection
  const query = pool.query.bind(pool)
  pool.query = (text: string, parameters?: readonly unknown[]) => query(byServerTime(text), parameters)
  return new PostgresQueueBackend(connection, name, options, true)
}

/** The statement with the time of the server in place of the caller's. The parameter stays, because it is sent. */
function byServerTime(text: string): string {
  const [, number] = timeOfCaller.exec(text) ?? []
  if (number === undefined) return text
  const time = `($${number}::bigint * 0 + (extract(epoch from clock_timestamp()) * 1000)::bigint)`
  return text.replaceAll(new RegExp(`\\$${number}(?!\\d)`, 'g'), () => time)
}
