import { createRequire } from 'node:module'
import type { Knex } from 'knex'
import { dbError } from '../errors.js'
import type { Client } from './connection-settings.js'

/** The packages that speak with each database; they are installed by whoever uses it. */
const packages: Readonly<Record<Client, readonly string[]>> = {
  sqlite: ['libsql'],
  postgres: ['pg', 'pg-cursor', 'pg-copy-streams'],
  mysql: ['mysql2'],
}

/** Imports what a database needs. @throws MAESTRO_DB_DRIVER_MISSING */
export async function loadDriver<Module>(client: Client, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    throw dbError('MAESTRO_DB_DRIVER_MISSING', { database: client, packages: packages[client] }, error)
  }
}

const imports: Readonly<Record<Client, () => Promise<unknown>>> = {
  // libsql has the calls of better-sqlite3 and comes built.
  sqlite: async () => (await import('libsql')).default,
  postgres: async () => (await import('pg')).default,
  mysql: () => import('mysql2'),
}

const dialects: Readonly<Record<Client, string>> = { sqlite: 'better-sqlite3', postgres: 'postgres', mysql: 'mysql2' }

type Dialect = new (config: Knex.Config) => object

/** Knex's dialect for a database, on the driver that stands beside this package. */
export async function knexClient(client: Client): Promise<typeof Knex.Client> {
  const driver = await loadDriver(client, imports[client])
  const require = createRequire(import.meta.url)
  const KnexDialect = require(`knex/lib/dialects/${dialects[client]}/index.js`) as Dialect
  return class extends KnexDialect {
    _driver() {
      return driver
    }
  } as unknown as typeof Knex.Client
}
