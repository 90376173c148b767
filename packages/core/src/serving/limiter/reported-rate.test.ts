import { expect, test } from 'vitest'
import { reportedRate } from './reported-rate.js'

const free = { perMs: Number.POSITIVE_INFINITY, holdMs: 0 }

test.each([
  ['much is left', { limit: 60, remaining: 40, resetMs: 20_000 }, free],
  ['all is left', { limit: 60, remaining: 60, resetMs: 0 }, free],
  [
    'little is left: what is missing comes back in that time',
    { limit: 60, remaining: 3, resetMs: 57_000 },
    { perMs: 1 / 1000, holdMs: 0 },
  ],
  [
    'nothing is left: the next one is awaited',
    { limit: 60, remaining: 0, resetMs: 60_000 },
    { perMs: 1 / 1000, holdMs: 1000 },
  ],
  [
    'nothing is left of an unknown number: the reset is awaited',
    { remaining: 0, resetMs: 9000 },
    { ...free, holdMs: 9000 },
  ],
  ['it does not say when', { limit: 60, remaining: 0 }, free],
  ['it does not say how much', { limit: 60, resetMs: 1000 }, free],
])('%s', (_, limit, expected) => {
  expect(reportedRate(limit)).toEqual(expected)
})
