import { pipeline, prompt } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { Scorer, type ScorerOptions } from './score.js'

const criterion = 'How helpful is it?'

async function scored(answers: readonly string[], options: Partial<ScorerOptions> = {}) {
  const serving = scriptedServing(answers)
  const storage = new MemoryStorage([{ text: 'a' }])
  const scorer = new Scorer({ serving, input: 'text', criterion: criterion, ...options })
  const failed = await scorer.run(storage).then(
    () => undefined,
    (error) => error.cause.code,
  )
  return { rows: await storage.rows(), failed, requests: serving.requests, columns: scorer.columns.adds }
}

describe('ai.score', () => {
  test('a number in the range, and the reason before it', async () => {
    const { rows, requests, columns } = await scored(['{"reason":"It says how.","score":4}'])
    expect(rows).toEqual([{ text: 'a', score: 4, score_reason: 'It says how.' }])
    expect(columns).toEqual({ score: 'integer', score_reason: 'string' })
    expect(Object.keys((requests[0]?.schema?.properties ?? {}) as object)).toEqual(['reason', 'score'])
    expect(requests[0]?.schema).toMatchObject({ properties: { score: { enum: [1, 2, 3, 4, 5] } } })
    expect(requests[0]?.messages[0]?.content).toMatch(/from 1 \(worst\) to 5 \(best\)[\s\S]*How helpful is it\?/)
  })

  test('a score out of the range, or no whole number, is sent back and then rejected', async () => {
    const wrong = ['{"reason":"","score":6}', '{"reason":"","score":4.5}']
    expect((await scored([...wrong.slice(0, 1), '{"reason":"","score":5}'])).rows).toMatchObject([{ score: 5 }])
    expect((await scored([...wrong, ...wrong])).failed).toBe('MAESTRO_SERVING_SCHEMA_MISMATCH')
  })

  test('a long range is bounded, and examples may be numbers alone', async () => {
    const examples = [
      { input: 'b', output: 7 },
      { input: 'c', output: { reason: 'It helps.', score: 90 } },
    ]
    const { requests, failed } = await scored(['{"reason":"","score":1000}', '{"reason":"","score":1001}'], {
      max: 1000,
      examples,
    })
    expect(failed).toBeUndefined()
    expect(requests[0]?.messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toEqual([
      '{"score":7}',
      '{"reason":"It helps.","score":90}',
    ])
    expect((await scored(['{"reason":"","score":1001}', '{"reason":"","score":0}'], { max: 1000 })).failed).toBe(
      'MAESTRO_SERVING_SCHEMA_MISMATCH',
    )
  })

  test('without a reason, with parts, by what some scores mean, in Chinese', async () => {
    const { rows, requests, columns } = await scored(['{"score":0.25}'], {
      criterion: { 0: '无用', 1: '有用' },
      min: 0,
      max: 1,
      integer: false,
      reason: false,
      language: 'zh',
      output: 'help',
    })
    expect(rows).toEqual([{ text: 'a', help: 0.25 }])
    expect(columns).toEqual({ help: 'number' })
    expect(requests[0]?.messages[0]?.content).toMatch(/从0（最差）到1（最好）[\s\S]*- 0: 无用\n- 1: 有用/)
  })

  test.each<[object, string]>([
    [{ min: 5, max: 5 }, 'it must be larger than `min`'],
    [{ criterion: { good: 'fine' } }, 'numbers are expected'],
    [{ criterion: undefined }, 'criterion'],
    [{ prompt: prompt('{{text}}') }, 'it cannot be given together with `prompt`'],
  ])('%j', (options, reason) => {
    expect(() => new Scorer({ serving: scriptedServing([]), input: 'text', criterion: criterion, ...options })).toThrow(
      expect.objectContaining({ code: 'MAESTRO_AI_OPTIONS', message: expect.stringContaining(reason) }),
    )
  })

  test('scores are paid for once, and thresholds are free', async () => {
    const serving = scriptedServing((request) => ({
      object: { reason: '', score: JSON.stringify(request.messages).includes('good') ? 5 : 2 },
    }))
    const asked = pipeline('p')
      .from([{ text: 'good' }, { text: 'bad' }])
      .step('ai.score', { input: 'text', criterion: criterion })
      .step('ai.filter', { score: 'score', min: 2 })
      .step('ai.filter', { score: 'score', min: 3, max: 5 })
    expect(await Array.fromAsync(maestro({ plugins: [ai], servings: { default: serving } }).rows(asked))).toEqual([
      { text: 'good', score: 5, score_reason: '' },
    ])
    expect(serving.requests).toHaveLength(2)
  })
})
