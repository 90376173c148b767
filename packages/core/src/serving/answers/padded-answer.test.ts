import { expect, test } from 'vitest'
import type { LLMResult } from '../../contracts/serving.js'
import { withoutPadding } from './padded-answer.js'

const request = { messages: [], schema: {} }
const blanks = ' \n'.repeat(100)
const answer = (text: string, finishReason: LLMResult['finishReason'] = 'length'): LLMResult => ({
  text,
  finishReason,
  usage: { inputTokens: 1, outputTokens: 200 },
  model: 'm',
})

test('data behind which there are only blanks up to the limit are whole, and a warning says what they cost', () => {
  const result = withoutPadding(answer(`{"a":1}${blanks}`), request)
  expect(result).toMatchObject({ text: '{"a":1}', finishReason: 'stop' })
  expect(result.warnings).toEqual([expect.stringContaining('blanks behind its answer')])
})

test.each<[string, LLMResult, object]>([
  ['data up to the limit', answer('{"a":1}'), request],
  ['blanks within data', answer(`{"a":${blanks}`), request],
  ['a number, which may go on', answer(`12${blanks}`), request],
  ['a text', answer(`(see "a"${blanks}`), { messages: [] }],
  ['another reason', answer(`{"a":1}${blanks}`, 'content-filter'), request],
])('%s stays as it is', (_, result, asked) => {
  expect(withoutPadding(result, asked as typeof request)).toBe(result)
})
