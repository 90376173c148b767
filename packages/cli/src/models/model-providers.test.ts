import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { env } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { modelProviders, namedModel } from './model-providers.js'

test('a provider and a model are a serving', () => {
  expect(namedModel('anthropic:claude-sonnet-5-5')).toEqual({
    use: 'ai-sdk.chat',
    provider: '@ai-sdk/anthropic',
    model: 'claude-sonnet-5-5',
  })
})

test('the name of a model may contain a colon and a slash', () => {
  expect(namedModel('ollama:qwen3:8b')).toEqual({ use: 'ollama.chat', model: 'qwen3:8b' })
  expect(namedModel('openrouter:openai/gpt-oss-20b')?.model).toBe('openai/gpt-oss-20b')
})

test('servers with the API of OpenAI have their address and their own key', () => {
  expect(namedModel('huggingface:openai/gpt-oss-20b:groq')).toEqual({
    use: 'openai.chat',
    baseUrl: 'https://router.huggingface.co/v1',
    apiKey: env('HF_TOKEN'),
    model: 'openai/gpt-oss-20b:groq',
  })
  expect(namedModel('azure:my-deployment')).toEqual({
    use: 'openai.chat',
    azure: { endpoint: env('AZURE_OPENAI_ENDPOINT') },
    model: 'my-deployment',
  })
  expect(namedModel('vllm:Qwen/Qwen3-8B')).toMatchObject({ baseUrl: 'http://127.0.0.1:8000/v1' })
})

test('every page of a provider is known by name', () => {
  const pages = readdirSync(join(import.meta.dirname, '../../../../docs/models')).map((page) => page.replace('.md', ''))
  const unknown = pages.filter((page) => page !== 'README' && !Object.hasOwn(modelProviders, page))
  expect(unknown).toEqual([])
})

test('a name without a colon is a serving of the config', () => expect(namedModel('big')).toBeUndefined())

test.each([
  ['antropic', 'anthropic'],
  ['bedrock', 'amazon-bedrock'],
  ['Gemini', 'google'],
  ['together', 'togetherai'],
])('the unknown provider %s is answered by the near one', (name, near) => {
  expect(() => namedModel(`${name}:model`)).toThrow(
    expect.objectContaining({ code: 'MAESTRO_CLI_PROVIDER_UNKNOWN', hint: `Did you mean "${near}"?` }),
  )
})

test('the model of a new project is a known one, and its provider does not retire it soon', async () => {
  const { knownModel } = await import('@maestro-dataflow/plugin-ai-sdk/models')
  const unfit = Object.entries(modelProviders).filter(([name, { serving, model }]) => {
    if (name === 'openrouter' || (serving.use !== 'ai-sdk.chat' && name !== 'openai')) return false
    const known = knownModel(name, model)
    return known?.input === undefined || known.retires !== undefined
  })
  expect(unfit.map(([name]) => name)).toEqual([])
})
