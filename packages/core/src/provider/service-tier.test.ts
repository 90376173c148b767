import { expect, test } from 'vitest'
import { flexTimeoutOf } from './service-tier.js'

test.each([
  ['the usual time', undefined, undefined, 300_000],
  ['half of the time-out of a short attempt', undefined, 60_000, 30_000],
  ['its own time', 20_000, 60_000, 20_000],
  ['half of the attempt, although its own time is longer', 120_000, 60_000, 30_000],
])('a request in the tier flex has %s', (_, own, attempt, expected) => {
  expect(flexTimeoutOf(own, attempt)).toBe(expected)
})
