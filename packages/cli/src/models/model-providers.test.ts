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

test('a name without a colon is a serving of the config', () => expect(namedModel('big')).toBeUndefined())

test('an unknown provider is answered by the near one', () => {
  expect(() => namedModel('antropic:claude')).toThrow(
    expect.objectContaining({ code: 'MAESTRO_CLI_PROVIDER_UNKNOWN', hint: 'Did you mean "anthropic"?' }),
  )
})

test('the model of a new project is a known one', async () => {
  const { knownModel } = await import('@maestro-dataflow/plugin-ai-sdk/models')
  const unknown = Object.entries(modelProviders).filter(
    ([name, { serving, model }]) =>
      serving.use === 'ai-sdk.chat' &&
      name !== 'openrouter' &&
      knownModel(name === 'bedrock' ? 'amazon-bedrock' : name, model) === undefined,
  )
  expect(unknown.map(([name]) => name)).toEqual([])
})
