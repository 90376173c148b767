import type { Dialect } from '../dialects/dialect.js'

/** How a server is reached. */
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

/** A connection with every default filled in. */
export interface ConnectionSettings {
  readonly dialect: Dialect
  /** Without secrets, for people. */
  readonly shown: string
  /** The file of the database, absolute; undefined for one on a server. */
  readonly path: string | undefined
  /** Whether that file is there; a server may always be. */
  readonly exists: boolean
  readonly server: ServerAccess | undefined
  readonly poolMax: number
  /** Milliseconds. */
  readonly timeouts: { readonly connect: number; readonly lock: number; readonly statement: number | undefined }
  /** How often what failed in passing is tried again. */
  readonly retries: number
  /** Equal for equal settings. */
  readonly key: string
}
