import { expect, test } from 'vitest'
import { splitTexts } from './split-texts.js'

test('texts are split by their number and by their tokens, in order', () => {
  expect(splitTexts([], { batchSize: 2 })).toEqual([])
  expect(splitTexts(['a', 'b', 'c'], {})).toEqual([['a', 'b', 'c']])
  expect(splitTexts(['a', 'b', 'c'], { batchSize: 2 })).toEqual([['a', 'b'], ['c']])
  const [short, long] = ['x'.repeat(4), 'y'.repeat(10)]
  expect(splitTexts([short, short, short], { maxBatchTokens: 8 })).toEqual([[short, short], [short]])
  expect(splitTexts([long, short, long, short], { maxBatchTokens: 8 })).toEqual([[long], [short], [long], [short]])
  expect(splitTexts([short, short, short], { batchSize: 1, maxBatchTokens: 100 })).toHaveLength(3)
})
