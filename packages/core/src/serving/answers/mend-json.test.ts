import { describe, expect, test } from 'vitest'
import { mendJson } from './mend-json.js'

describe('mendJson', () => {
  test.each<readonly [string, string, unknown]>([
    ['a trailing comma', '{"tone": "good",}', { tone: 'good' }],
    ['trailing commas at every level', '{"a": [1, 2,], "b": {"c": 3,},}', { a: [1, 2], b: { c: 3 } }],
    ['single quotation marks', "{'tone': 'good', 'n': 1}", { tone: 'good', n: 1 }],
    ['typographic quotation marks', '{“tone”: “good”}', { tone: 'good' }],
    ['names without quotation marks', '{tone: "good"}', { tone: 'good' }],
    ['constants of Python', "{'a': True, 'b': None, 'c': False}", { a: true, b: null, c: false }],
    ['a missing comma', '{"a": 1 "b": 2}', { a: 1, b: 2 }],
    ['comments', '{"a": 1, // the first\n "b": 2 /* the second */}', { a: 1, b: 2 }],
    ['a line break within a string', '{"a": "one\ntwo"}', { a: 'one\ntwo' }],
    ['quotation marks within a string', '{"a": "he said "hi" there"}', { a: 'he said "hi" there' }],
    ['a fence and a remark around it', "Here you are:\n```json\n{'a': [1,]}\n```\nAnything else?", { a: [1] }],
    ['Chinese text', "{'口味': '很好，下次再来',}", { 口味: '很好，下次再来' }],
  ])('mends %s', async (_, text, value) => {
    expect(await mendJson(text)).toEqual(value)
  })

  test.each([
    ['an object that was cut off', '{"a": [1, 2'],
    ['an object that was cut off behind an inner bracket', '{"a": {"b": 1}, "c": {"d": 2}'],
    ['a string that was cut off', '{"a": "hello}'],
    ['an empty string that was cut off', '{"a": "}'],
    ['a list that was abridged', '[1, 2, ...]'],
    ['an object that was abridged', '{"a": 1, …}'],
    ['a missing value', '{"a":}'],
    ['a number without its first digit', '{"a": .5}'],
    ['an apostrophe that would become a quotation mark', "{'a': 'it's'}"],
    ['apostrophes in pairs', "{'a': 'it's Ann's'}"],
    ['two objects', '{"a": 1,} {"a": 2,}'],
    ['plain text', 'I cannot answer that.'],
    ['brackets that never close', '['.repeat(10_000)],
    ['an object that is too long', `{"a": "${'x" '.repeat(10_000)}",}`],
  ])('leaves %s to the model', async (_, text) => {
    expect(await mendJson(text)).toBeUndefined()
  })
})
