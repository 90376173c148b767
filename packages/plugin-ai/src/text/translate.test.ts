import { pipeline, prompt } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import ai from '../plugin.js'
import { ClassifyPrompt } from './classify.prompt.js'
import { Translator } from './translate.js'

test('the languages reach the model, the text only as data', async () => {
  const serving = scriptedServing(() => ' Bonjour ')
  const storage = new MemoryStorage([{ text: 'Hello' }, { text: null }])
  const examples = [{ input: 'Bye', output: 'Adieu' }]
  const translator = new Translator({ serving, input: 'text', to: 'French', from: 'English', examples })
  expect(translator.columns).toEqual({ reads: ['text'], adds: { translation: 'string' } })
  const { rejected } = await translator.run(storage)
  expect(await storage.rows()).toEqual([{ text: 'Hello', translation: 'Bonjour' }])
  expect(rejected).toMatchObject([{ error: { code: 'MAESTRO_AI_EMPTY_INPUT' } }])
  const [system, example, answer, user] = serving.requests[0]?.messages ?? []
  expect(system?.content).toContain('from English into French')
  expect([example?.content, answer?.content, user?.content]).toEqual([
    '<text>\nBye\n</text>',
    'Adieu',
    '<text>\nHello\n</text>',
  ])
})

test("in Chinese, by a prompt of one's own, and in place of the text", async () => {
  const serving = scriptedServing((request) => (request.messages.length === 1 ? 'own' : '你好'))
  const asked = pipeline('p')
    .from([{ text: 'Hello' }])
    .step('ai.translate', { prompt: prompt('To French: {{text}}'), output: 'own' })
    .step('ai.translate', { input: 'text', to: '中文', language: 'zh', output: 'text' })
  expect(await Array.fromAsync(maestro({ plugins: [ai], servings: { default: serving } }).rows(asked))).toEqual([
    { text: '你好', own: 'own' },
  ])
  expect(serving.requests.at(-1)?.messages[0]?.content).toContain('翻译成中文')
})

test('options that are missing, and a prompt of another task', () => {
  const serving = scriptedServing(() => 'fine')
  expect(() => new Translator({ serving, input: 'text' })).toThrow('`to` is missing')
  const other = new ClassifyPrompt({ input: 'text', labels: ['a', 'b'] })
  expect(() => new Translator({ serving, prompt: other })).toThrow(
    expect.objectContaining({ code: 'MAESTRO_PROMPT_NOT_ALLOWED' }),
  )
})
