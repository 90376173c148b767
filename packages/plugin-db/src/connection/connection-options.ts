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

/** A connection to a server: PostgreSQL, MariaDB, or MySQL. */
const server = {
  /** @default 'localhost' */
  host: fromEnvironment(text).optional(),
  /** @default 5432 for PostgreSQL, 3306 for the others */
  port: z.number().int().min(1).max(65535).optional(),
  user: fromEnvironment(text).optional(),
  /** Take it from the environment, `env('DATABASE_PASSWORD')`, so that it is never shown. */
  password: fromEnvironment(z.string()).optional(),
  database: fromEnvironment(text).optional(),
  /** `true` verifies the server's certificate; `ca` is the certificate that signed it, as PEM text. @default false */
  ssl: ssl.optional(),
}

// The types also say how each dialect is reached: `FileClient`, `ServerClient`.
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

/** An address or its parts. An error about an address does not show it, because it may contain a password. */
const connection = z.union(
  [
    fromEnvironment(
      z.string().transform((address, context): ConnectionParts => {
        const parsed = parseAddress(address)
        if (typeof parsed !== 'string') return parsed
        context.addIssue({ code: 'custom', message: parsed })
        return z.NEVER
      }),
    ),
    parts,
  ],
  'an address is expected, such as sqlite:data/shop.db, or its parts: { client, path }, or { client, host, ... }',
)

/** How to reach a database, and how long to wait for it: the options of all sources and sinks of databases. */
export class ConnectionFields {
  /**
   * An address, or its parts: `sqlite:data/shop.db`, `postgres://user:password@host:5432/shop?sslmode=verify-full`,
   * `mariadb://...`, `mysql://...`. Take an address with a password from the environment: `env('DATABASE_URL')`.
   */
  connection = connection
  /** The maximum number of connections of everything that uses this database. @default 10 */
  pool = z.strictObject({ max: z.number().int().min(1).max(1000).optional() }).optional()
  /** The time-outs. */
  timeouts = z
    .strictObject({
      /** The time-out of a connection. @default '10s' */
      connect: duration().optional(),
      /** How long to wait for a lock that another transaction holds. @default '30s' */
      lock: duration().optional(),
      /** The time-out of one statement. @default no limit */
      statement: duration().optional(),
    })
    .optional()
  /**
   * How often temporary failures are retried: connecting, pages of a keyset, conflicts of transactions.
   *
   * @default 3
   */
  retries = z.number().int().min(0).max(100).optional()
}

export type ConnectionOptions = OutputOf<ConnectionFields>

/** The same options before validation. */
export interface DatabaseOptions extends OptionsOver<InputOf<ConnectionFields>, never> {}
type GivenParts = Exclude<DatabaseOptions['connection'], string | EnvironmentValue>
/** A server: PostgreSQL, MariaDB, or MySQL. */
export type ServerConnection = Extract<GivenParts, { readonly host?: unknown }>
/** The file of an SQLite database, relative to the config file. */
export type SqliteConnection = Extract<GivenParts, { readonly client: FileClient }>
