import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChatOpenAI } from '@langchain/openai'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import langchain from '@maestro-dataflow/plugin-langchain'
import openai from '@maestro-dataflow/plugin-openai'
import { afterEach, describe, expect, test } from 'vitest'
import { isLlmockInstalled, type Llmock, startLlmock } from './servers/llmock.ts'

let server: Llmock | undefined
afterEach(() => server?.stop())

const servings = {
  'openai.chat': (url: string) => ({ use: 'openai.chat', model: 'gpt-4o-mini', baseUrl: `${url}/v1`, apiKey: 'key' }),
  'openai.chat, in pieces': (url: string) => ({
    ...servings['openai.chat'](url),
    stream: true,
    timeout: { stall: '1s', attempt: '20s' },
  }),
  'langchain.chat': (url: string) => ({
    use: 'langchain.chat',
    model: new ChatOpenAI({ model: 'gpt-4o-mini', apiKey: 'key', configuration: { baseURL: `${url}/v1` } }),
  }),
} as const

/** Asks about each row, and gives back how many rows were answered and rejected. */
async function askAbout(rows: number, url: string, serving: (url: string) => object) {
  const directory = await mkdtemp(join(tmpdir(), 'maestro-chaos-'))
  const project = maestro({
    plugins: [ai, fs, langchain, openai],
    servings: { default: serving(url) as never },
    directory,
    logLevel: 'silent',
  })
  const asking = pipeline('asking')
    .from(Array.from({ length: rows }, (_, row) => ({ text: `Question number ${row}` })))
    .step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer' })
    .write('fs.file', { path: 'answers.jsonl' })
  try {
    const { counts } = await project.run(asking)
    return { answered: counts.rowsOut, rejected: counts.rejected }
  } finally {
    await project.dispose()
    await rm(directory, { recursive: true, force: true })
  }
}

const faults = {
  'limits with a wait': [{ type: 'fail', status: 429, retry_after: 1, times: 6 }],
  'a server that is down for a moment': [{ type: 'fail', status: 503, times: 6 }],
  'errors of the server and limits in turn': [
    { type: 'fail', status: 500, times: 3 },
    { type: 'fail', status: 429, times: 3 },
    { type: 'fail', status: 529, times: 3 },
  ],
  'slow answers': [{ type: 'delay', seconds: 1, times: 10 }],
}
const streamFaults = ['disconnect', 'truncate', 'malformed', 'stall'].map(
  (kind) => [kind, [{ type: 'stream_fault', kind, after_chunks: 2, stall_seconds: 4, times: 4 }]] as const,
)
const cases = [
  ...Object.entries(servings).flatMap(([name, serving]) =>
    Object.entries(faults).map(([fault, behaviours]) => [name, fault, serving, behaviours] as const),
  ),
  ...streamFaults.map(
    ([kind, behaviours]) =>
      [
        'openai.chat, in pieces',
        `streams with the fault ${kind}`,
        servings['openai.chat, in pieces'],
        behaviours,
      ] as const,
  ),
]

describe.skipIf(!isLlmockInstalled)('llmock finds no fault with a client', () => {
  // On a busy machine, the server can have sent the rest of a stream before it sees that the client has stopped.
  test.each(cases)('%s: %s', { retry: 2 }, async (_, __, serving, behaviours) => {
    // A stream that is sent in one go is over before a client can stop it.
    server = await startLlmock('--stream-chunk-delay-ms', '60')
    await server.behave(...behaviours)
    expect(await askAbout(40, server.url, serving)).toEqual({ answered: 40, rejected: 0 })
    expect((await server.verdict()).findings).toEqual([])
  })

  test.each(Object.entries(servings))('%s: refusals by chance', async (_, serving) => {
    server = await startLlmock('--error-rate', '429=0.2', '--error-rate', '503=0.1')
    expect(await askAbout(200, server.url, serving)).toEqual({ answered: 200, rejected: 0 })
    expect((await server.verdict()).findings).toEqual([])
  })

  test.each(Object.entries(servings))('%s: a limit of requests per minute', async (_, serving) => {
    server = await startLlmock('--rpm', '600')
    expect(await askAbout(700, server.url, serving)).toEqual({ answered: 700, rejected: 0 })
    expect((await server.verdict()).findings).toEqual([])
  })

  test.each(Object.entries(servings))('%s: a key that is refused is not tried again', async (_, serving) => {
    server = await startLlmock()
    await server.behave({ type: 'fail', status: 401, times: null })
    await expect(askAbout(40, server.url, serving)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_AUTHENTICATION' })
    expect((await server.verdict()).findings).toEqual([])
  })
})
