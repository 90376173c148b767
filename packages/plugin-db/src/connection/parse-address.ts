import { dialects } from '../dialects/dialects.js'
import type { ServerAccess } from './connection-settings.js'

/** A connection in parts: the path of a file, or the settings of a server. */
export type ConnectionParts =
  | { readonly client: string; readonly path: string }
  | ({ readonly client: string } & ServerAccess)

/** The schemes of addresses, with the client that each selects. */
const schemes = new Map(
  dialects.flatMap((dialect) =>
    dialect.schemes.map((scheme) => {
      const client = dialect.clients.find((name) => `${name}:` === scheme) ?? dialect.clients[0] ?? ''
      return [scheme, { client, reachedBy: dialect.reachedBy }] as const
    }),
  ),
)

/** What each `sslmode` requires of the connection. */
const sslModes = new Map<string, boolean | { readonly rejectUnauthorized: boolean }>([
  ['disable', false],
  ['require', { rejectUnauthorized: false }],
  ['verify-full', true],
])

/**
 * Parses an address such as `postgres://user:password@host:5432/database?sslmode=require`. Returns its parts, or the
 * fault.
 */
export function parseAddress(address: string): ConnectionParts | string {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(address)?.[0].toLowerCase() ?? ''
  const found = schemes.get(scheme)
  if (found === undefined) return `an address begins with ${[...schemes.keys()].join(', ')}`
  const { client, reachedBy } = found
  if (reachedBy === 'path') {
    const path = address.slice(scheme.length)
    return path === '' ? `${scheme} is followed by the path of the file` : { client, path }
  }
  if (!URL.canParse(address)) return `an address of a server is ${scheme}//user:password@host:port/database`
  const url = new URL(address)
  let ssl: ReturnType<typeof sslModes.get>
  for (const [name, value] of url.searchParams) {
    ssl = name === 'sslmode' ? sslModes.get(value) : undefined
    if (ssl === undefined) return `the parameter ?${name}=... is unknown; use sslmode=${[...sslModes.keys()].join('|')}`
  }
  try {
    const part = (text: string) => (text === '' ? undefined : decodeURIComponent(text))
    const entries = {
      host: part(url.hostname.replace(/^\[(.*)\]$/, '$1')),
      port: url.port === '' ? undefined : Number(url.port),
      user: part(url.username),
      password: part(url.password),
      database: part(url.pathname.slice(1)),
      ssl,
    }
    const given = Object.entries(entries).filter(([, value]) => value !== undefined)
    return { client, ...Object.fromEntries(given) }
  } catch {
    return 'a % in the user, password, or database must be written as %25'
  }
}
