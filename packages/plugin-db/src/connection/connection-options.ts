import {
  duration,
  type EnvironmentValue,
  fromEnvironment,
  type InputOf,
  type OptionsOver,
  type OutputOf,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { dialects, type FileClient, type ServerClient } from '../dialects/dialects.js'
import { type ConnectionParts, parseAddress } from './parse-address.js'

const text = z.string().min(1)

const ssl = z.union([
  z.boolean(),
  z.strictObject({
    ca: z.string().optional(),
    cert: z.string().optional(),
    key: z.string().optional(),
    passphrase: z.string().optional(),
    rejectUnauthorized: z.boolean().optional(),
  }),
])

/** A server: PostgreSQL, MariaDB or MySQL. */
const server = {
  /** @default 'localhost' */
  host: fromEnvironment(text).optional(),
  /** @default 5432 for PostgreSQL, 3306 for the others */
  port: z.number().int().min(1).max(65535).optional(),
  user: fromEnvironment(text).optional(),
  /** Take it from the environment, `env('DATABASE_PASSWORD')`: it is never shown then. */
  password: fromEnvironment(z.string()).optional(),
  database: fromEnvironment(text).optional(),
  /** `true` checks the server's certificate; `ca` is the one that signed it, as PEM text. @default false */
  ssl: ssl.optional(),
}

// Which dialects are reached in which way is known by their types too: `FileClient`, `ServerClient`.
const clientsOf = <Client extends string>(reachedBy: 'path' | 'server') =>
  z.enum(
    dialects
      .filter((dialect) => dialect.reachedBy === reachedBy)
      .flatMap(({ clients }) => clients as readonly string[] as readonly Client[]),
  )

const parts = z.discriminatedUnion('client', [
  z.strictObject({ client: clientsOf<FileClient>('path'), path: text }),
  z.strictObject({ client: clientsOf<ServerClient>('server'), ...server }),
])

/** An address or its parts. What is wrong with an address is said without showing it: a password may be in it. */
const connection = z.union([
  fromEnvironment(
    z.string().transform((address, context): ConnectionParts => {
      const parsed = parseAddress(address)
      if (typeof parsed !== 'string') return parsed
      context.addIssue({ code: 'custom', message: parsed })
      return z.NEVER
    }),
  ),
  parts,
])

/** How a database is reached, and how long it is waited for: what every source and sink of databases takes. */
export class ConnectionFields {
  /**
   * An address, or its parts: `sqlite:data/shop.db`, `postgres://user:password@host:5432/shop?sslmode=verify-full`,
   * `mariadb://...`, `mysql://...`. Take one with a password from the environment: `env('DATABASE_URL')`.
   */
  connection = connection
  /** Connections at once, of all who use this database. @default 10 */
  pool = z.strictObject({ max: z.number().int().min(1).max(1000).optional() }).optional()
  /** How long is waited for. */
  timeouts = z
    .strictObject({
      /** @default '10s' */
      connect: duration().optional(),
      /** How long a lock of another is waited for. @default '30s' */
      lock: duration().optional(),
      /** For one statement. @default no bound */
      statement: duration().optional(),
    })
    .optional()
  /**
   * How often what fails in passing is tried again: connecting, pages of a keyset, conflicts of transactions.
   *
   * @default 3
   */
  retries = z.number().int().min(0).max(100).optional()
}

export type ConnectionOptions = OutputOf<ConnectionFields>

/** The same, as they are given. */
export interface DatabaseOptions extends OptionsOver<InputOf<ConnectionFields>, never> {}
type GivenParts = Exclude<DatabaseOptions['connection'], string | EnvironmentValue>
/** A server: PostgreSQL, MariaDB or MySQL. */
export type ServerConnection = Extract<GivenParts, { readonly host?: unknown }>
/** A file of SQLite; relative to the config file. */
export type SqliteConnection = Extract<GivenParts, { readonly client: FileClient }>
