import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type RunningServer, startServer } from './server-process.ts'

const installed = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'maestro-dataflow/servers/moto-5.2.5')

/** Starts an S3 server on a free port of the loopback interface; undefined where it is not installed. */
export async function startS3(): Promise<(RunningServer & { readonly url: string }) | undefined> {
  if (!existsSync(join(installed, 'installed'))) return undefined
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = await startServer({
    command: join(installed, 'bin/moto_server'),
    args: ['--host', '127.0.0.1', '--port', String(port)],
    // It speaks to nothing else.
    env: { AWS_ACCESS_KEY_ID: 'unused', AWS_SECRET_ACCESS_KEY: 'unused' },
    ready: async () => (await fetch(`${url}/moto-api/data.json`)).ok,
  })
  return { ...server, url }
}
