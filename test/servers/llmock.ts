import { existsSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { startServer } from './server-process.ts'

const installed = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'maestro-dataflow/servers/llmock-0.2.2')

export const isLlmockInstalled = existsSync(join(installed, 'installed'))

/** What a client did wrong, in the words of llmock. */
export interface Verdict {
  readonly findings: readonly { readonly severity: string; readonly code: string }[]
}

/** A server that fails as providers do, and judges its clients. */
export interface Llmock {
  readonly url: string
  /** Queues what happens to the next requests. */
  behave(...behaviours: readonly object[]): Promise<void>
  verdict(): Promise<Verdict>
  stop(): Promise<void>
}

/** Starts llmock on a free port of the loopback interface. */
export async function startLlmock(...args: readonly string[]): Promise<Llmock> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { stop } = await startServer({
    command: join(installed, 'bin/llmock'),
    args: ['serve', '--host', '127.0.0.1', '--port', String(port), '--log-level', 'warning', ...args],
    cwd: tmpdir(),
    env: {},
    ready: async () => (await fetch(`${url}/health`)).ok,
  })
  return {
    url,
    async behave(...behaviors) {
      const reply = await fetch(`${url}/_llmock/scenario`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ behaviors }),
      })
      if (!reply.ok) throw new Error(await reply.text())
    },
    // The form of the answer is that of llmock.
    verdict: async () => (await (await fetch(`${url}/_llmock/verdict`)).json()) as Verdict,
    stop,
  }
}
