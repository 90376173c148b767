import type { TestProject } from 'vitest/node'
import type { ServerAddress, StartedServer } from './database-server.ts'
import { startMariadb } from './mariadb.ts'
import { startPgvector, startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined when PostgreSQL is not installed. */
    postgres: ServerAddress | undefined
    /** Undefined when MariaDB is not installed. */
    mariadb: ServerAddress | undefined
    /** PostgreSQL with pgvector; undefined when it is not installed. */
    pgvector: ServerAddress | undefined
    /** Undefined when Redis is not installed. */
    redis: ServerAddress | undefined
  }
}

let started: readonly (StartedServer | undefined)[] = []

/** Starts the database servers for the tests of the project `databases`. */
export async function setup(project: TestProject): Promise<void> {
  const [postgres, mariadb, pgvector, redis] = await Promise.all([
    startPostgres(),
    startMariadb(),
    startPgvector(),
    startRedis(),
  ])
  started = [postgres, mariadb, pgvector, redis]
  const missing = [
    ...(postgres === undefined ? ['PostgreSQL'] : []),
    ...(mariadb === undefined ? ['MariaDB'] : []),
    ...(redis === undefined ? ['Redis'] : []),
    // Its package is made for this kind of processor alone.
    ...(pgvector === undefined && process.arch === 'x64' ? ['PostgreSQL with pgvector'] : []),
  ]
  if (missing.length > 0) {
    const message = `${missing.join(' and ')} not installed: run .ci/install-databases`
    if (process.env.CI === 'true') {
      await teardown()
      throw new Error(message)
    }
    console.warn(`${message}. Tests on it are skipped.`)
  }
  project.provide('postgres', postgres?.address)
  project.provide('mariadb', mariadb?.address)
  project.provide('pgvector', pgvector?.address)
  project.provide('redis', redis?.address)
}

export async function teardown(): Promise<void> {
  await Promise.all(started.map((server) => server?.stop()))
}
