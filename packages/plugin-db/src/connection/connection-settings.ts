import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { displayPath, maestroError, projectPath } from '@maestro-dataflow/core'
import type { ConnectionOptions } from './connection-options.js'
import type { ConnectionParts } from './connection-parts.js'

/** How statements are written and answers are read. MariaDB and MySQL are one. */
export type Client = 'sqlite' | 'postgres' | 'mysql'

/** A connection with every default filled in. */
export interface ConnectionSettings {
  readonly client: Client
  /** Without secrets, for people. */
  readonly shown: string
  /** The file of SQLite, absolute. */
  readonly path: string | undefined
  /** Whether that file is there; a server may always be. */
  readonly exists: boolean
  readonly server: Exclude<ConnectionParts, { client: 'sqlite' }> | undefined
  readonly poolMax: number
  /** Milliseconds. */
  readonly timeouts: { readonly connect: number; readonly lock: number; readonly statement: number | undefined }
  /** How often what failed in passing is tried again. */
  readonly retries: number
  /** Equal for equal settings. */
  readonly key: string
}

/** Where relative paths start, and whether others may be used. */
export interface Project {
  readonly directory: string
  readonly allowOutside: boolean
}

/** @throws MAESTRO_STORAGE_PATH_OUTSIDE */
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
    exists: settings.path === undefined || existsSync(settings.path),
    key: createHash('sha256').update(JSON.stringify(settings)).digest('hex'),
  }
}

function place(parts: ConnectionParts, { directory, allowOutside }: Project) {
  if (parts.client === 'sqlite') {
    const path = projectPath(parts.path, directory, allowOutside)
    return { client: parts.client, shown: `sqlite:${displayPath(path, directory)}`, path, server: undefined }
  }
  const { client, host = 'localhost', port, database } = parts
  const shown = `${client}://${host}${port === undefined ? '' : `:${port}`}/${database ?? ''}`
  return { client: client === 'mariadb' ? ('mysql' as const) : client, shown, path: undefined, server: parts }
}

/** A file of SQLite that is only read must be there: the driver would make it. @throws MAESTRO_STORAGE_NOT_FOUND */
export function assertExists({ exists, shown }: ConnectionSettings): void {
  if (!exists) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path: shown })
}
