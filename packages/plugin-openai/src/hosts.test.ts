import { expect, test } from 'vitest'
import { chatCapabilities } from './chat-capabilities.js'
import { factsOf, isOpenAI } from './hosts.js'

test.each([
  ['https://api.openai.com/v1', 'max_completion_tokens', 'schema'],
  ['https://eu.api.openai.com/v1', 'max_completion_tokens', 'schema'],
  ['https://name.openai.azure.com', 'max_completion_tokens', 'schema'],
  ['https://api.deepseek.com', 'max_tokens', 'object'],
  ['https://dashscope.aliyuncs.com/compatible-mode/v1', 'max_tokens', 'object'],
  ['http://localhost:11434/v1', 'max_tokens', 'schema'],
  ['http://127.0.0.1:8000/v1', 'max_tokens', 'schema'],
  ['http://[::1]:8000/v1', 'max_tokens', 'schema'],
  ['https://models.example.com/v1', 'max_tokens', 'none'],
  ['https://notapi.openai.com.example.com', 'max_tokens', 'none'],
  ['https://fakeapi.openai.com', 'max_tokens', 'none'],
])('%s: %s, JSON by %s', (address, maxTokensParameter, jsonMode) => {
  expect(factsOf(new URL(address))).toMatchObject({ maxTokensParameter, jsonMode })
})

test('the key of the environment goes to OpenAI alone, and packed', () => {
  for (const address of ['https://api.openai.com/v1', 'https://eu.api.openai.com/v1'])
    expect(isOpenAI(new URL(address))).toBe(true)
  for (const address of [
    'http://api.openai.com/v1',
    'https://api.openai.com.example.com',
    'https://fakeapi.openai.com',
    'https://name.openai.azure.com',
  ])
    expect(isOpenAI(new URL(address))).toBe(false)
})

test.each([
  ['gpt-5-mini', true, false],
  ['gpt-4.1', true, false],
  ['o4-mini', true, false],
  ['o3-mini', false, false],
  ['gpt-3.5-turbo', false, false],
  ['gpt-4o-audio-preview', false, true],
  ['Qwen/Qwen2.5-VL-7B-Instruct', true, false],
  ['llama3.2-vision', true, false],
  ['llava:13b', true, false],
  ['deepseek-chat', false, false],
  ['smollm2', false, false],
])('%s sees: %s, hears: %s', (model, images, audio) => {
  expect(chatCapabilities({ model })).toMatchObject({ images, audio })
})

test('declared capabilities of a model take precedence over its name', () => {
  const capabilities = { images: true, contextTokens: 8192 }
  expect(chatCapabilities({ model: 'mine', capabilities, jsonMode: 'none' })).toEqual({
    images: true,
    audio: false,
    unsupportedSettings: ['topK'],
    jsonSchema: false,
    contextTokens: 8192,
  })
})
