import { connect } from 'node:net'
import { findProgram, type StartedServer, serverFolder, startDatabase } from './database-server.ts'
import { freePort } from './free-port.ts'

/** How a Redis of the tests keeps its data, and on which port. */
export interface RedisSettings {
  /** Whether it writes each change to disk. @default false */
  readonly persistent?: boolean
  /** @default a free one */
  readonly port?: number
  /** Where it keeps its data. @default a folder of its own, removed at the end */
  readonly folder?: string
}

/** Starts Redis on a port of the loopback interface; undefined where it is not installed. */
export async function startRedis(settings: RedisSettings = {}): Promise<StartedServer | undefined> {
  const program = findProgram('redis-server', ['/usr/bin', '/usr/local/bin'])
  if (program === undefined) return undefined
  const { persistent = false, folder = serverFolder(), port = await freePort() } = settings
  const args = Object.entries({
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    save: '',
    appendonly: persistent ? 'yes' : 'no',
    appendfsync: 'always',
    maxmemory: '256mb',
    'maxmemory-policy': 'noeviction',
  }).flatMap(([name, value]) => [`--${name}`, value])
  const stop = await startDatabase(program, args, folder, () => ping(port), 'SIGTERM')
  const address = { host: '127.0.0.1', port, user: '', password: '', database: '0', certificate: '' }
  return { address, stop }
}

/** @throws while it does not answer */
function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('error', reject)
    socket.once('data', (data) => {
      socket.destroy()
      if (String(data).startsWith('+PONG')) resolve()
      else reject(new Error(String(data)))
    })
  })
}
