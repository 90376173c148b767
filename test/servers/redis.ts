import { connect } from 'node:net'
import { findProgram, type StartedServer, serverFolder, startDatabase } from './database-server.ts'
import { freePort } from './free-port.ts'

/**
 * Starts Redis on a free port of the loopback interface; undefined where it is not installed.
 *
 * @param persistent Whether it keeps its data when it is restarted.
 */
export async function startRedis(persistent = false): Promise<StartedServer | undefined> {
  const program = findProgram('redis-server', ['/usr/bin', '/usr/local/bin'])
  if (program === undefined) return undefined
  const folder = serverFolder()
  const port = await freePort()
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
  const server = await startDatabase(program, args, folder, () => ping(port), 'SIGTERM')
  const address = { host: '127.0.0.1', port, user: '', password: '', database: '0', certificate: '' }
  return { address, ...server }
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
