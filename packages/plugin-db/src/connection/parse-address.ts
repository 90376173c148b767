import type { ConnectionParts } from './connection-parts.js'

const clients = new Map([
  ['postgres:', 'postgres'],
  ['postgresql:', 'postgres'],
  ['mysql:', 'mysql'],
  ['mariadb:', 'mariadb'],
] as const)

/** What each `sslmode` asks of the connection. */
const sslModes = new Map<string, boolean | { readonly rejectUnauthorized: boolean }>([
  ['disable', false],
  ['require', { rejectUnauthorized: false }],
  ['verify-full', true],
])

/** The parts of an address such as `postgres://user:password@host:5432/database?sslmode=require`, or what is wrong. */
export function parseAddress(address: string): ConnectionParts | string {
  if (address.startsWith('sqlite:')) {
    const path = address.slice('sqlite:'.length)
    return path === '' ? 'sqlite: is followed by the path of the file' : { client: 'sqlite', path }
  }
  if (!URL.canParse(address)) return 'sqlite:PATH, postgres://..., mysql://... or mariadb://... is expected'
  const url = new URL(address)
  const client = clients.get(url.protocol as 'mysql:')
  if (client === undefined) return 'an address begins with sqlite:, postgres:, mysql: or mariadb:'
  let ssl: ReturnType<typeof sslModes.get>
  for (const [name, value] of url.searchParams) {
    ssl = name === 'sslmode' ? sslModes.get(value) : undefined
    if (ssl === undefined) return `?${name}=... is not known; sslmode=${[...sslModes.keys()].join('|')} is`
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
    return 'a % in user, password or database is to be written as %25'
  }
}
