import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { displayPath, maestroError, projectPath } from '@maestro-dataflow/core'
import { dialectOf } from '../dialects/dialects.js'
import type { ConnectionOptions } from './connection-options.js'
import type { ConnectionSettings } from './connection-settings.js'
import type { ConnectionParts } from './parse-address.js'

/** The folder where relative paths start, and whether paths outside it are allowed. */
export interface Project {
  readonly directory: string
  readonly allowOutside: boolean
}

/** Fills in the defaults of a connection. @throws MAESTRO_STORAGE_PATH_OUTSIDE */
export function connectionSettings(options: ConnectionOptions, project: Project): ConnectionSettings {
  const { connection, pool, timeouts, retries = 3 } = options
  const settings = {
    ...place(connection, project),
    poolMax: pool?.max ?? 10,
    timeouts: {
      connect: timeouts?.connect ?? 10_000,
      lock: timeouts?.lock ?? 30_000,
      statement: timeouts?.statement,
    },
    retries,
  }
  return {
    ...settings,
    dialect: dialectOf(connection.client),
    exists: settings.path === undefined || existsSync(settings.path),
    key: createHash('sha256').update(JSON.stringify(settings)).digest('hex'),
  }
}

function place(parts: ConnectionParts, { directory, allowOutside }: Project) {
  if ('path' in parts) {
    const path = projectPath(parts.path, directory, allowOutside)
    return { shown: `${parts.client}:${displayPath(path, directory)}`, path, server: undefined }
  }
  const { client, ...server } = parts
  const { host = 'localhost', port, database } = server
  const shown = `${client}://${host}${port === undefined ? '' : `:${port}`}/${database ?? ''}`
  return { shown, path: undefined, server: { ...server, host } }
}

/** Checks that a file to read exists, because the driver would create it. @throws MAESTRO_STORAGE_NOT_FOUND */
export function assertExists({ exists, shown }: ConnectionSettings): void {
  if (!exists) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path: shown })
}
