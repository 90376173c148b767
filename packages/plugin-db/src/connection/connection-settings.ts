import type { Dialect } from '../dialects/dialect.js'

/** How to reach a server. */
export interface ServerAccess {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly database?: string | undefined
  readonly ssl?:
    | boolean
    | {
        readonly ca?: string | undefined
        readonly cert?: string | undefined
        readonly key?: string | undefined
        readonly passphrase?: string | undefined
        readonly rejectUnauthorized?: boolean | undefined
      }
    | undefined
}

/** A connection with all defaults filled in. */
export interface ConnectionSettings {
  readonly dialect: Dialect
  /** The address without secrets, for people. */
  readonly shown: string
  /** The absolute path of the database file; undefined for a server. */
  readonly path: string | undefined
  /** Whether the file exists; always true for a server. */
  readonly exists: boolean
  readonly server: ServerAccess | undefined
  readonly poolMax: number
  /** Milliseconds. */
  readonly timeouts: { readonly connect: number; readonly lock: number; readonly statement: number | undefined }
  /** How often temporary failures are retried. */
  readonly retries: number
  /** Equal for equal settings. */
  readonly key: string
}
