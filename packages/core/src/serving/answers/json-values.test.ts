import { expect, test } from 'vitest'
import { jsonValuesIn, wholeJson } from './json-values.js'

const valuesIn = (text: string) => jsonValuesIn(text).map(({ value }) => value)

test.each<[string, readonly unknown[]]>([
  ['{"a":1}', [{ a: 1 }]],
  [' [1, 2] ', [[1, 2]]],
  ['"text"', ['text']],
  ['Sure! Here it is:\n```json\n{"a": {"b": [1, "}"]}}\n```\nAnything else?', [{ a: { b: [1, '}'] } }]],
  ['the set {x} is {"a":"\\"{"} and {"b":2}', [{ a: '"{' }, { b: 2 }]],
  ['According to [1], [2] and [see 3]: {"a":1}', [[1], [2], { a: 1 }]],
  ['{"a":{}} or {"a":[]} or {"a":-1.5e3}', [{ a: {} }, { a: [] }, { a: -1500 }]],
  ['```json\n"good"\n```', ['good']],
  ['答案：{"语气":"好 🎉"}。', [{ 语气: '好 🎉' }]],
  ['no JSON here', []],
  ['', []],
])('%s', (text, values) => {
  expect(valuesIn(text)).toEqual(values)
})

test.each([
  '{"a":1',
  '[{"a":1},{"a":2',
  '{"draft":{"a":1},"b":',
  '{"draft":{"a":1}, b: 2}',
  '{"a":1]',
  '[1,,2]',
  '{"a":1,}',
])('a part of what is not whole is no value: %s', (text) => {
  expect(valuesIn(text)).toEqual([])
})

test('behind a bracket of prose the search goes on', () => {
  expect(valuesIn('{"a": is how it begins. {"a":2}')).toEqual([{ a: 2 }])
})

test('values that are too deep are none', () => {
  const deep = '['.repeat(5000) + ']'.repeat(5000)
  expect(wholeJson(deep)).toBeUndefined()
  expect(valuesIn(`{"a":1} ${deep}`)).toEqual([{ a: 1 }])
  expect(wholeJson(`{"a":"${'['.repeat(5000)}"}`)).toEqual({ a: '['.repeat(5000) })
})

/** How often a text of this kind is looked at must not grow faster than its length. */
test.each<[string, (length: number) => string]>([
  ['open lists', (length) => '['.repeat(length)],
  ['open objects', (length) => '{"a":'.repeat(length)],
  ['lists that hold quotation marks', (length) => '["'.repeat(length)],
  ['small values', (length) => '[1] '.repeat(length)],
  ['line ends in a fence', (length) => `\`\`\`${'\n'.repeat(length)}`],
  ['fences', (length) => '```\n'.repeat(length)],
  ['a long text', (length) => `{"a":"${'x\\"'.repeat(length)}`],
])('%s are read in one pass', (_, make) => {
  expect(valuesIn(make(200_000)).length).toBeLessThanOrEqual(64)
})
