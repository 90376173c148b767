import { expect, test } from 'vitest'
import { graphemeEnd, graphemeStart } from './graphemes.js'

const marks = '\u0301'

test.each([
  ['a letter with 1,000 marks', `e${marks.repeat(1000)}`],
  ['a letter with 20,000 marks', `e${marks.repeat(20_000)}`],
  ['an emoji joined 200 times', `👩${'\u200d👩'.repeat(200)}`],
])('%s is not cut, wherever the cut would be', (_, cluster) => {
  const text = `xy${cluster}zz`
  const end = 2 + cluster.length
  for (const at of [3, 130, 131, 600, end - 2, end - 1].filter((place) => place < end)) {
    expect(graphemeStart(text, at)).toBe(2)
    expect(graphemeEnd(text, at)).toBe(end)
  }
  expect(graphemeStart(text, end)).toBe(end)
  expect(graphemeEnd(text, 2)).toBe(2)
})

test('flags are separated by pairs, also in a long sequence', () => {
  const text = `x${'🇳🇴'.repeat(2000)}`
  for (const at of [1 + 4 * 1999 + 2, 1 + 4 * 1000 + 1, 7]) {
    const start = at - ((at - 1) % 4)
    expect(graphemeStart(text, at)).toBe(start)
    expect(graphemeEnd(text, at)).toBe(start + 4)
  }
})

test('a row of signs that all join is cut somewhere, in a time that does not grow with its length', () => {
  for (const sign of ['🇳', '\u0301', '\u200d']) {
    const text = `x${sign.repeat(1_000_000)}`
    const at = 900_001
    expect(graphemeStart(text, at)).toBeGreaterThan(at - 40_000)
    expect(graphemeEnd(text, at)).toBeLessThan(at + 70_000)
  }
})
