import { expect, test } from 'vitest'
import { extractJson } from './extract-json.js'

test.each<[string, unknown]>([
  ['{"a":1}', { a: 1 }],
  [' [1, 2] ', [1, 2]],
  ['"text"', 'text'],
  ['Sure! Here it is:\n```json\n{"a": {"b": [1, "}"]}}\n```\nAnything else?', { a: { b: [1, '}'] } }],
  ['the set {x} is {"a":"\\"{"} and {"b":2}', { a: '"{' }],
  ['{"a":1', undefined],
  ['no JSON here', undefined],
  ['', undefined],
  ['答案：{"语气":"好 🎉"}。', { 语气: '好 🎉' }],
])('%s', (text, value) => {
  expect(extractJson(text)).toEqual(value)
})
