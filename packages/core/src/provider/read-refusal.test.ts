import { describe, expect, test } from 'vitest'
import { readTooLarge, readWait } from './read-refusal.js'

const now = Date.parse('2026-11-24T10:00:00Z')

describe('readWait', () => {
  test.each([
    ['Rate limit reached for requests. Please try again in 3s.', 3000],
    ['Please try again in 1m3.5s. Visit the billing page.', 63_500],
    ['Please try again in 250ms.', 250],
    ['please retry after 7 seconds', 7000],
    ['Retry after 1 minute and not before', 60_000],
    ['Please retry in 31.707851442s.', 31_707.851442],
    ['Wait 2 hours', 7_200_000],
    ['You may try again in 1 h 30 min', 5_400_000],
    ['Try again later. Limit 3', undefined],
    ['Try again in 3 months', undefined],
    ['Limit 20s', undefined],
    ['', undefined],
  ])('in words: "%s"', (reason, expected) => {
    expect(readWait(reason, undefined, now)).toBe(expected)
  })

  test.each<[string, unknown, number | undefined]>([
    ['RetryInfo', { error: { details: [{ reason: 'x' }, { retryDelay: '34.07s' }] } }, 34_070],
    ['RetryInfo in a list', [{ error: { details: [{ retryDelay: '5s' }] } }], 5000],
    ['a duration as an object', { details: [{ retryDelay: { seconds: '2', nanos: 500_000_000 } }] }, 2500],
    ['retry_after', { error: { retry_after: 1.5 } }, 1500],
    ['retry_after_ms', { error: { retry_after_ms: 1500 } }, 1500],
    ['retryAfterSeconds', { error: { retryAfterSeconds: '3' } }, 3000],
    ['the time that loading a model takes', { error: 'Loading', estimated_time: 20.5 }, 20_500],
    ['an ISO duration', { error: { retryAfter: 'PT5S' } }, 5000],
    ['a header without a unit', { metadata: { headers: { 'ratelimit-reset': '7' } } }, 7000],
    [
      'headers in the body',
      { metadata: { headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(now + 9000) } } },
      9000,
    ],
    ['nothing', { error: { message: 'no', code: 429 } }, undefined],
    ['a text', 'retryDelay 5s', undefined],
    ['null', null, undefined],
  ])('in the body: %s', (_, body, expected) => {
    expect(readWait('', body, now)).toBe(expected)
  })
})

test.each([
  ['on tokens per min (TPM): Limit 10000, Requested 13000. Reduce it.', { tokens: 13_000, limit: 10_000 }],
  ['limit: 6,000 requested: 9_032', { tokens: 9032, limit: 6000 }],
  ['Limit 6000, Used 5903, Requested 1204', undefined],
  ['Rate limit reached for gpt-4, requested 12', undefined],
  ['Limit 0, Requested 5', undefined],
])('readTooLarge: %s', (reason, expected) => {
  expect(readTooLarge(reason)).toEqual(expected)
})
