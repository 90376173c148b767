// Models write their thoughts into the text. No operator may take them for the answer.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import openai from '@maestro-dataflow/plugin-openai'
import { openAIReplies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, expect, test } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'maestro-thoughts-'))
const server = await startMisbehavingServer()
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

const asked = () =>
  pipeline('asked')
    .from([{ text: 'The heating is cold.' }])
    .step('ai.generate', { prompt: prompt('Tone of {{text}}'), output: 'tone' })
    .step('ai.classify', { input: 'text', labels: ['good', 'bad'], output: 'label' })

test.each([
  ['in tags', '<think>It might be good, or {"label":"good"}.</think>\n\n'],
  ['that end with a tag alone', 'It might be good, or {"label":"good"}.\n</think>\n\n'],
])('thoughts %s stand in no column, and their label is not taken', async (_, thoughts) => {
  server.reset()
  server.always((request) =>
    openAIReplies.chat(`${thoughts}${/response_format|JSON/.test(request.body) ? '{"label":"bad"}' : 'bad'}`),
  )
  const serving = { use: 'openai.chat', model: 'test-model', baseUrl: `${server.url}/v1`, apiKey: 'k' }
  const project = maestro({
    plugins: [ai, openai],
    servings: { default: serving },
    directory,
    cache: false,
    logLevel: 'silent',
  })
  const rows = await Array.fromAsync(project.rows(asked()))
  expect(rows.map(({ tone, label }) => ({ tone, label }))).toEqual([{ tone: 'bad', label: 'bad' }])
  expect(server.requests).toHaveLength(2)
  await project.dispose()
})
