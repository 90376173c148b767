import { expect, test } from 'vitest'
import { plainText } from './plain-text.js'

test('a page becomes its words, in one short line', () => {
  const page = '<html><style>h1 { color: red }</style><script>alert("<b>")</script><h1>Bad\n gateway</h1></html>'
  expect(plainText(page)).toBe('Bad gateway')
  expect(plainText('x'.repeat(1000))).toBe(`${'x'.repeat(300)}...`)
})

test.each(['<', '<script>', '<a ', ' \n', '<style'])('a long page of %j is read at once', (part) => {
  const started = performance.now()
  plainText(part.repeat(1_000_000))
  expect(performance.now() - started).toBeLessThan(2000)
})
