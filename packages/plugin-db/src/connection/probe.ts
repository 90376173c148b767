import { maestroError, type StorageCheckContext } from '@maestro-dataflow/core'
import { z } from 'zod'
import { ConnectionFields } from './connection-options.js'
import { assertExists, connectionSettings } from './connection-settings.js'
import { withSession } from './open-session.js'

const connection = z.looseObject({ ...new ConnectionFields() })

const versions = {
  sqlite: "SELECT 'SQLite ' || sqlite_version() AS version",
  postgres: "SELECT 'PostgreSQL ' || current_setting('server_version') AS version",
  mysql: 'SELECT version() AS version',
}

/** Connects once. @returns what answers, and its version */
export async function probe(options: unknown, context: StorageCheckContext): Promise<string> {
  const parsed = connection.safeParse(options)
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw maestroError('MAESTRO_PIPELINE_OPTIONS', { use: 'db', issues })
  }
  const settings = connectionSettings({ ...parsed.data, retries: 0 }, context)
  assertExists(settings)
  return withSession(settings, async (session) => {
    const { rows } = await session.run(versions[session.client])
    return `${settings.shown} answers: ${String(rows[0]?.version)}`
  })
}
