import { expect, test } from 'vitest'
import type { LLMResult } from '../../contracts/serving.js'
import { checkAnswer } from './check-answer.js'

const schema = {
  type: 'object',
  properties: { tone: { type: 'string', enum: ['good', 'bad'] } },
  required: ['tone'],
}
const usage = { inputTokens: 1, outputTokens: 1 }
const checked = (text: string) => {
  const result: LLMResult = { text, finishReason: 'stop', usage, model: 'm' }
  return checkAnswer('m', result, { schema })
}

test.each([
  ['a draft and its correction', '{"tone":"good"} No, rather: {"tone":"bad"}'],
  ['a fence and a remark after it', '```json\n{"tone":"good"}\n```\nOn second thought: {"tone":"bad"}'],
  ['lines', '{"tone":"good"}\n{"tone":"good"}\n{"tone":"bad"}'],
])('of several different values that fit, the last is the answer, with a warning: %s', async (_, text) => {
  expect(await checked(text)).toEqual({
    data: { tone: 'bad' },
    value: { tone: 'bad' },
    warning: expect.stringContaining('several different values'),
  })
})

test.each([
  ['one value', '{"tone":"bad"}'],
  ['the same value twice', 'I say {"tone":"bad"}. Again: {"tone": "bad"}'],
  ['a value that fits and others that do not', 'As [1] says: {"tone":"bad"} {"tone":"angry"}'],
])('%s needs no warning', async (_, text) => {
  expect(await checked(text)).toEqual({ data: { tone: 'bad' }, value: { tone: 'bad' } })
})

test('the arguments of a call in markup have the types of the schema', async () => {
  const text = '<function=answer><parameter=tone>bad</parameter></function>'
  expect(await checked(text)).toEqual({ data: { tone: 'bad' }, value: { tone: 'bad' } })
})
