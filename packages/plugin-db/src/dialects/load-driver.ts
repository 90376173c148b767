import { createRequire } from 'node:module'
import type { Knex } from 'knex'
import { dbError } from '../errors.js'

/** Imports a package of a driver, which the user of the database installs. @throws MAESTRO_DB_DRIVER_MISSING */
export async function loadDriver<Module>(
  database: string,
  packages: readonly string[],
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    throw dbError('MAESTRO_DB_DRIVER_MISSING', { database, packages }, error)
  }
}

type KnexDialect = new (config: Knex.Config) => object

/** Knex's dialect of a name, with a driver that is installed beside this package. */
export function knexClient(name: string, driver: unknown): typeof Knex.Client {
  const require = createRequire(import.meta.url)
  const Base = require(`knex/lib/dialects/${name}/index.js`) as KnexDialect
  return class extends Base {
    _driver() {
      return driver
    }
  } as unknown as typeof Knex.Client
}
