import { expect, test } from 'vitest'
import { numberedIds, numbersOf } from './numbered-ids.js'

test('what is known of numbered ids is true of each of them, and stays so', () => {
  const ids = numberedIds('in.jsonl:', 9, 3)
  expect(ids).toEqual(['in.jsonl:9', 'in.jsonl:10', 'in.jsonl:11'])
  expect(numbersOf(ids)).toEqual({ prefix: 'in.jsonl:', first: 9 })
  expect(() => (ids as string[]).push('in.jsonl:9')).toThrow(TypeError)
  expect(() => ((ids as string[])[1] = 'in.jsonl:9')).toThrow(TypeError)
})

test('nothing is known of other ids, or of a number that begins in the prefix', () => {
  expect(numbersOf(['a:1', 'a:2'])).toBeUndefined()
  expect(numbersOf([...numberedIds('a:', 1, 2)])).toBeUndefined()
  const ids = numberedIds('v2', 1, 2)
  expect(ids).toEqual(['v21', 'v22'])
  expect(numbersOf(ids)).toBeUndefined()
  expect(numbersOf(numberedIds('a:', 1e15 - 1, 2))).toBeUndefined()
})
