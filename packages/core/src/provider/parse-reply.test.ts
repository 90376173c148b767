import { expect, test } from 'vitest'
import { parseReply } from './parse-reply.js'

test.each<[string, string, unknown]>([
  [
    'constants of Python',
    '{"logprob":-Infinity,"created":NaN,"list":[Infinity,-1]}',
    { logprob: null, created: null, list: [null, -1] },
  ],
  ['constants in a text', '{"text":"NaN, \\"Infinity\\"","x":NaN}', { text: 'NaN, "Infinity"', x: null }],
  ['a bare line break and a tab within a text', '{"text":"a\nb\tc\\\\"}', { text: 'a\nb\tc\\' }],
  ['a byte order mark', '\ufeff{"text":"a"}', { text: 'a' }],
])('%s', (_, text, expected) => {
  expect(parseReply(text)).toEqual(expected)
})

test.each(['', '{"a":', '{"a":NaN', '{"a":"b', '{"a":NaNa}', 'Infinity.x'])('%j is no reply', (text) => {
  expect(() => parseReply(text)).toThrow(SyntaxError)
})

test('a long text without an end is read at once', () => {
  const started = performance.now()
  expect(() => parseReply(`{"a":"${'\\"'.repeat(1_000_000)}`)).toThrow(SyntaxError)
  expect(performance.now() - started).toBeLessThan(2000)
})
