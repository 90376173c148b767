import { pipeline, prompt } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import ai from '../plugin.js'
import { ClassifyPrompt } from '../text/classify.prompt.js'
import { TextFilter, type TextFilterOptions } from './filter.js'

const judge = () =>
  scriptedServing((request) => {
    // Also when it is asked to mend its answer.
    const question = JSON.stringify(request.messages)
    if (question.includes('unsure')) return '{"holds":"perhaps"}'
    return JSON.stringify({ holds: question.includes('soup') })
  })

test('a model answers yes or no, and a row without such an answer is rejected and not dropped', async () => {
  const serving = judge()
  const storage = new MemoryStorage([{ text: 'soup' }, { text: 'car' }, { text: 'unsure' }])
  const { rejected } = await new TextFilter({
    serving,
    input: 'text',
    criterion: 'It is about food.',
    examples: [{ input: 'Bread.', output: true }],
  }).run(storage)
  expect(await storage.rows()).toEqual([{ text: 'soup' }])
  expect(rejected).toMatchObject([{ rowId: 'rows:3', error: { code: 'MAESTRO_SERVING_SCHEMA_MISMATCH' } }])
  const [system, , answer] = serving.requests[0]?.messages ?? []
  expect(system?.content).toContain('It is about food.')
  expect(answer?.content).toBe('{"holds":true}')
})

test('a threshold needs no model, and a row without a score is rejected and not dropped', async () => {
  const storage = new MemoryStorage([{ s: 1 }, { s: 2 }, { s: 3 }, { s: null }, { s: Number.NaN }])
  const { rejected } = await new TextFilter({ score: 's', min: 2, max: 2 }).run(storage)
  expect(await storage.rows()).toEqual([{ s: 2 }])
  expect(rejected.map(({ error }) => [error.code, error.message])).toEqual([
    ['MAESTRO_AI_SCORE', 'Column "s" does not hold a score: null.'],
    ['MAESTRO_AI_SCORE', 'Column "s" does not hold a score: NaN.'],
  ])
})

test('in a pipeline: a threshold needs no serving, a judge does', async () => {
  const rows = pipeline('p').from([
    { text: 'soup', s: 1 },
    { text: 'car', s: 2 },
  ])
  const free = rows.step('ai.filter', { score: 's', min: 2 })
  expect(await Array.fromAsync(maestro({ plugins: [ai] }).rows(free))).toEqual([{ text: 'car', s: 2 }])
  const judged = rows.step('ai.filter', { input: 'text', criterion: '与食物有关', language: 'zh' })
  await expect(maestro({ plugins: [ai] }).preview(judged)).rejects.toThrow('default')
  const serving = judge()
  const project = maestro({ plugins: [ai], servings: { default: serving } })
  expect(await Array.fromAsync(project.rows(judged))).toEqual([{ text: 'soup', s: 1 }])
  expect(serving.requests[0]?.messages[0]?.content).toContain('条件对文本是否成立：与食物有关')
  const own = rows.step('ai.filter', { prompt: prompt('Is it food? {{text}}') })
  expect(await Array.fromAsync(project.rows(own))).toHaveLength(1)
})

test.each<[object, string]>([
  [{ score: 's' }, 'a threshold is expected'],
  [{ score: 's', min: 1, input: 'text' }, 'input'],
  [{ input: 'text', serving: judge() }, 'criterion'],
  [{ input: 'text', criterion: 'x' }, 'a serving is required'],
])('%j', (options, reason) => {
  expect(() => new TextFilter(options as TextFilterOptions)).toThrow(
    expect.objectContaining({ code: 'MAESTRO_AI_OPTIONS', message: expect.stringContaining(reason) }),
  )
})

test('the prompt of another task is not taken', () => {
  const other = new ClassifyPrompt({ input: 'text', labels: ['a', 'b'] })
  expect(() => new TextFilter({ serving: judge(), prompt: other })).toThrow(
    expect.objectContaining({ code: 'MAESTRO_PROMPT_NOT_ALLOWED' }),
  )
})
