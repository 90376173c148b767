import { pipeline } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import ai from '../plugin.js'
import { Rewriter } from './rewrite.js'

test('the instructions reach the model, and an empty answer is rejected', async () => {
  const serving = scriptedServing((request) => (JSON.stringify(request.messages).includes('odd') ? ' ' : 'Please go.'))
  const storage = new MemoryStorage([{ text: 'Go.' }, { text: 'odd' }])
  const { rejected } = await new Rewriter({ serving, input: 'text', instructions: 'Make it polite.' }).run(storage)
  expect(await storage.rows()).toEqual([{ text: 'Go.', rewritten: 'Please go.' }])
  expect(rejected).toMatchObject([{ error: { code: 'MAESTRO_AI_EMPTY_ANSWER' } }])
  expect(serving.requests[0]?.messages[0]?.content).toMatch(/Rewrite the text as follows: Make it polite\./)
})

test('in a pipeline, in Chinese, in place of the text', async () => {
  const serving = scriptedServing(() => '请走。')
  const asked = pipeline('p')
    .from([{ text: '走。' }])
    .step('ai.rewrite', { input: 'text', instructions: '更礼貌', language: 'zh', output: 'text' })
  expect(await Array.fromAsync(maestro({ plugins: [ai], servings: { default: serving } }).rows(asked))).toEqual([
    { text: '请走。' },
  ])
  expect(serving.requests[0]?.messages[0]?.content).toContain('按以下要求改写文本： 更礼貌')
  expect(() => new Rewriter({ serving, input: 'text' })).toThrow('`instructions` is missing')
})
