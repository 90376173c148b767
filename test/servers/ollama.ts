// Global set-up of the tests that talk to Ollama: one server with a small model for all of them.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pullModel } from '@maestro-dataflow/plugin-local/models'
import type { TestProject } from 'vitest/node'
import { freePort } from './free-port.ts'
import { startServer } from './server-process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where Ollama is not installed, outside CI. */
    ollama: { readonly url: string; readonly model: string } | undefined
  }
}

const run = promisify(execFile)
const model = 'smollm2'
const program = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'maestro-dataflow/servers/ollama-v0.6.8-vector/ollama',
)

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!existsSync(program)) {
    const message = 'Ollama is not installed: .ci/install-ollama builds it.'
    if (process.env.CI === 'true') throw new Error(message)
    console.warn(`${message} Its tests are skipped.`)
    project.provide('ollama', undefined)
    return undefined
  }
  const folder = await mkdtemp(join(tmpdir(), 'maestro-ollama-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    OLLAMA_HOST: `127.0.0.1:${port}`,
    OLLAMA_MODELS: join(folder, 'models'),
    HOME: folder,
    OLLAMA_NUM_PARALLEL: '2',
    OLLAMA_CONTEXT_LENGTH: '2048',
  }
  const server = await startServer({
    command: program,
    args: ['serve'],
    env,
    ready: async () => (await fetch(`${url}/api/version`)).ok,
  })
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    // All cores and another busy process would slow it down many times.
    const file = `FROM ${await pullModel('smollm2-135m-instruct')}\nPARAMETER num_thread 1\n${template}`
    await writeFile(join(folder, 'Modelfile'), file)
    await run(program, ['create', model, '-f', join(folder, 'Modelfile')], { env: { ...process.env, ...env } })
    project.provide('ollama', { url, model })
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

const template = `TEMPLATE """{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
"""
PARAMETER stop "<|im_start|>"
PARAMETER stop "<|im_end|>"
`
