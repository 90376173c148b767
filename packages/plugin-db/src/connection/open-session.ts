import { openPool } from '../dialects/dialects.js'
import type { DatabaseSession, SessionPool } from '../dialects/session.js'
import type { ConnectionSettings } from './connection-settings.js'
import { databaseFailure } from './failure.js'
import { withRetries } from './with-retries.js'

interface SharedPool {
  readonly pool: Promise<SessionPool>
  users: number
}

/** The pools of this process that are in use: readers and writers of one database share a pool. */
const pools = new Map<string, SharedPool>()

/**
 * Takes a connection, and creates one if none is free. When the last one is returned, the pool is closed.
 *
 * @throws MAESTRO_DB_UNREACHABLE, MAESTRO_DB_AUTHENTICATION, MAESTRO_DB_SSL, MAESTRO_DB_DATABASE_MISSING,
 *   MAESTRO_DB_DRIVER_MISSING
 */
export async function openSession(settings: ConnectionSettings, signal?: AbortSignal): Promise<DatabaseSession> {
  const { pool, leave } = await holdPool(settings)
  try {
    return await withRetries(settings.retries, signal, () => connect(pool, settings, leave))
  } catch (error) {
    await leave()
    throw error
  }
}

/** Keeps the pool of a database open until it is released, for callers that take a connection from time to time. */
export async function holdPool(settings: ConnectionSettings): Promise<{ pool: SessionPool; leave(): Promise<void> }> {
  const shared = pools.get(settings.key) ?? { pool: openPool(settings), users: 0 }
  pools.set(settings.key, shared)
  shared.users++
  const leave = async () => {
    shared.users--
    if (shared.users > 0) return
    pools.delete(settings.key)
    await (await shared.pool).close()
  }
  try {
    return { pool: await shared.pool, leave }
  } catch (error) {
    pools.delete(settings.key)
    throw error
  }
}

async function connect(
  pool: SessionPool,
  settings: ConnectionSettings,
  leave: () => Promise<void>,
): Promise<DatabaseSession> {
  try {
    return await pool.acquire(leave)
  } catch (error) {
    const failure = databaseFailure(error, settings)
    // Any failure of a connection before it was open means that it could not be opened.
    if (failure.code !== 'MAESTRO_DB_CONNECTION_LOST') throw failure
    throw databaseFailure({ message: failure.details.reason, code: 'ECONNREFUSED' }, settings)
  }
}

/** Runs a function with a connection and returns the connection. */
export async function withSession<Result>(
  settings: ConnectionSettings,
  work: (session: DatabaseSession) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const session = await openSession(settings, signal)
  try {
    return await work(session)
  } finally {
    await session.release()
  }
}
