import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import openai from '@maestro-dataflow/plugin-openai'
import { type MisbehavingServer, openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

const concurrency = 8
const rows = Array.from({ length: 2000 }, (_, n) => ({ text: `question ${n}` }))
let server: MisbehavingServer
let directory = ''
beforeAll(async () => {
  server = await startMisbehavingServer()
  directory = await mkdtemp(join(tmpdir(), 'maestro-account-'))
})
beforeEach(() => server.reset())
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true, force: true })
})

const project = () =>
  maestro({
    plugins: [fs, ai, openai],
    servings: { default: { use: 'openai.chat', model: 'any', baseUrl: server.url, limits: { concurrency } } },
    directory,
    logLevel: 'silent',
  })

const asking = (output: string) =>
  pipeline('asking')
    .from(rows)
    .step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer' })
    .write('fs.file', { path: output, mode: 'overwrite' })

test.each([
  ['MAESTRO_SERVING_AUTHENTICATION', 401, 'Incorrect API key provided', 'invalid_api_key'],
  ['MAESTRO_SERVING_QUOTA', 402, 'Insufficient credits', undefined],
  ['MAESTRO_SERVING_QUOTA', 429, 'You exceeded your current quota', 'insufficient_quota'],
  ['MAESTRO_SERVING_PERMISSION', 403, 'This key may not use the model', undefined],
  ['MAESTRO_SERVING_NOT_FOUND', 404, 'The model does not exist', 'model_not_found'],
] as const)(
  'a refusal of the account after some answers (%s, status %i) stops the run at once and leaves the output alone',
  async (code, status, message, providerCode) => {
    const output = `${code}-${status}.csv`
    await writeFile(join(directory, output), 'text,answer\nold,kept\n')
    const refused = project()
    server.next(...Array.from({ length: 30 }, () => openAIReplies.chat(`fine ${code} ${status}`)))
    server.always(replies.error(status, message, {}, providerCode))
    await expect(refused.run(asking(output))).rejects.toMatchObject({
      code,
      report: { status: 'failed', sinks: [] },
    })
    await refused.dispose()
    // The calls that were in flight when the first refusal came, and no more.
    expect(server.requests.length).toBeLessThanOrEqual(30 + 2 * concurrency)
    expect(await readFile(join(directory, output), 'utf8')).toBe('text,answer\nold,kept\n')
  },
)

test('the run after it asks only for the missing answers', async () => {
  const refused = project()
  server.next(...Array.from({ length: 30 }, () => openAIReplies.chat('a later answer')))
  server.always(replies.error(402, 'Insufficient credits'))
  const again = pipeline('again')
    .from(rows.slice(0, 100).map(({ text }) => ({ text: `again ${text}` })))
    .step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer' })
    .write('fs.file', { path: 'again.jsonl' })
  await expect(refused.run(again)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_QUOTA' })
  await refused.dispose()
  server.reset()
  server.always(openAIReplies.chat('a later answer'))
  const paid = project()
  const report = await paid.run(again)
  await paid.dispose()
  expect(report.counts).toMatchObject({ rowsIn: 100, rowsOut: 100, rejected: 0 })
  expect(report.usage).toMatchObject({ requests: 70, reusedAnswers: 30 })
  expect(server.requests).toHaveLength(70)
})
