import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import {
  findProgram,
  makeCertificate,
  runProgram,
  type StartedServer,
  serverFolder,
  startDatabase,
} from './database-server.ts'
import { freePort } from './free-port.ts'

/** Debian keeps the server's programs out of PATH, by version. */
function programFolders(): readonly string[] {
  const versions = '/usr/lib/postgresql'
  try {
    return readdirSync(versions).map((version) => join(versions, version, 'bin'))
  } catch {
    return []
  }
}

/** Starts PostgreSQL on a free port of the loopback interface; undefined where it is not installed. */
export async function startPostgres(): Promise<StartedServer | undefined> {
  const folders = programFolders()
  const program = findProgram('postgres', folders)
  const initdb = findProgram('initdb', folders)
  return program === undefined || initdb === undefined ? undefined : start(serverFolder(), program, initdb, true)
}

/** Starts a PostgreSQL that has pgvector, and no SSL; undefined where `.ci/install-databases` has not put it. */
export async function startPgvector(): Promise<StartedServer | undefined> {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const installed = join(cache, 'maestro-dataflow/servers/pgserver-0.1.4')
  if (!existsSync(installed)) return undefined
  const folder = serverFolder()
  // The user that the server runs as may not look into the cache of this one.
  cpSync(installed, join(folder, 'server'), { recursive: true })
  const programs = join(folder, 'server/pgserver/pginstall/bin')
  return start(folder, join(programs, 'postgres'), join(programs, 'initdb'), false)
}

async function start(folder: string, program: string, initdb: string, ssl: boolean): Promise<StartedServer> {
  const data = join(folder, 'data')
  const [user, password, database] = ['maestro', 'test-password', 'postgres']
  writeFileSync(join(folder, 'password'), `${password}\n`)
  makeCertificate(folder)
  const access = ['--auth-host=scram-sha-256', '--auth-local=trust', `--pwfile=${join(folder, 'password')}`]
  runProgram(initdb, ['-D', data, '-U', user, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', ...access], folder)
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    ...(ssl
      ? { ssl: 'on', ssl_cert_file: join(folder, 'certificate.pem'), ssl_key_file: join(folder, 'key.pem') }
      : {}),
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const address = { host: '127.0.0.1', port, user, password, database }
  const answers = async () => {
    const client = new pg.Client(address)
    try {
      await client.connect()
      await client.query('select 1')
    } finally {
      await client.end()
    }
  }
  const certificate = readFileSync(join(folder, 'certificate.pem'), 'utf8')
  const server = await startDatabase(program, ['-D', data, ...args], folder, answers, 'SIGINT')
  return { address: { ...address, certificate }, ...server }
}
