import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MaestroConfig } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import aiSdk from '@maestro-dataflow/plugin-ai-sdk'
import openai from '@maestro-dataflow/plugin-openai'
import type { MisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type PlayedApi, playedApis } from '../packages/plugin-ai-sdk/src/__fixtures__/played-apis.js'
import { startPlayedServer } from '../packages/plugin-ai-sdk/src/__fixtures__/played-provider.js'
import { readPage } from './docs/read-page.js'

const pagesFolder = join(import.meta.dirname, '../docs/models')
const pages = readdirSync(pagesFolder).filter((page) => page !== 'README.md')

/** The APIs that are not the one of OpenAI. */
const apis: Readonly<Record<string, PlayedApi>> = {
  'anthropic.md': playedApis.anthropic,
  'google.md': playedApis.google,
  'google-vertex.md': playedApis.google,
  'amazon-bedrock.md': playedApis.bedrock,
  'cohere.md': playedApis.cohere,
  'mistral.md': playedApis.mistral,
}

// Inside the repository, so that the packages of the pages are found.
const folder = join(import.meta.dirname, '.model-pages')
beforeAll(() => mkdirSync(folder, { recursive: true }))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let server: MisbehavingServer
afterEach(() => server.close())

type Entry = Readonly<Record<string, unknown>> & { readonly options?: Readonly<Record<string, unknown>> }

/** The serving of a page, with the address of the played server and a key that is none. */
async function servingOf(page: string): Promise<Entry> {
  const [sample] = readPage(readFileSync(join(pagesFolder, page), 'utf8')).filter(({ language }) => language === 'ts')
  const file = join(folder, page.replace('.md', '.ts'))
  writeFileSync(file, sample?.text ?? '')
  const { default: config } = (await import(file)) as { default: MaestroConfig }
  const entry = config.servings?.default as Entry
  const { azure, ...rest } = entry
  const endpoint = { endpoint: server.url, deployment: (azure as { deployment?: string } | undefined)?.deployment }
  if (entry.use === 'ai-sdk.chat')
    return { ...entry, options: { ...entry.options, apiKey: 'played', baseURL: `${server.url}/v1` } }
  return azure === undefined
    ? { ...rest, apiKey: 'played', baseUrl: `${server.url}/v1` }
    : { ...rest, apiKey: 'played', azure: endpoint }
}

describe.each(pages)('docs/models/%s', (page) => {
  beforeEach(async () => {
    server = await startPlayedServer(apis[page] ?? playedApis.openaiCompatible)
  })

  test('its config asks the provider for a text and for data', async () => {
    const serving = await servingOf(page)
    const project = maestro({ plugins: [aiSdk, openai], servings: { default: serving as never }, logLevel: 'silent' })
    try {
      const model = await project.serving('default', 'llm')
      const text = await model.generate({ messages: [{ role: 'user', content: 'Repeat: tea' }], maxTokens: 50 })
      expect(text.usage.inputTokens).toBeGreaterThan(0)
      expect(text.text).not.toBe('')
      const data = await model.generate({
        messages: [{ role: 'user', content: 'What colour is snow?' }],
        schema: { type: 'object', properties: { colour: { type: 'string', enum: ['white'] } }, required: ['colour'] },
      })
      expect(data.object).toEqual({ colour: 'white' })
      expect(JSON.stringify(server.requests[0]?.headers)).toContain('played')
    } finally {
      await project.dispose()
    }
  })
})
