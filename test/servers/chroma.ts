import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type RunningServer, startServer } from './server-process.ts'

const installed = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'maestro-dataflow/servers/chroma-1.5.9')

/** A Chroma server with a folder of its own. */
export interface ChromaServer {
  readonly url: string
  /** Ends the process; what it holds stays, for the next start at the same place. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Ends it for good. */
  remove(): Promise<void>
}

/** Starts Chroma on a free port of the loopback interface; undefined where it is not installed. */
export async function startChroma(): Promise<ChromaServer | undefined> {
  if (!existsSync(join(installed, 'installed'))) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'maestro-chroma-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let running: RunningServer | undefined
  const stop = async () => {
    await running?.stop()
    running = undefined
  }
  const start = async () => {
    running ??= await startServer({
      command: join(installed, 'bin/chroma'),
      args: ['run', '--path', folder, '--host', '127.0.0.1', '--port', String(port)],
      cwd: folder,
      env: { ANONYMIZED_TELEMETRY: 'False' },
      ready: async () => (await fetch(`${url}/api/v2/heartbeat`)).ok,
    })
  }
  await start()
  const remove = async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { url, stop, start, remove }
}
