import { describe, expect, test } from 'vitest'
import { readRateLimits } from './read-rate-limits.js'

const now = Date.parse('2026-11-24T10:00:00Z')
const read = (headers: Record<string, string> | [string, string][]) => readRateLimits(new Headers(headers), now)

describe('readRateLimits', () => {
  test.each([
    ['2', 2000],
    ['0', 0],
    ['0.5', 500],
    [' 7 ', 7000],
    ['Tue, 24 Nov 2026 10:00:30 GMT', 30_000],
    ['Tue, 24 Nov 2026 09:59:00 GMT', 0],
    ['3, 5', 3000],
    [String(now / 1000 + 9), 9000],
    ['10 seconds', 10_000],
    ['120 s', 120_000],
    ['Tue, 24 Nov 2026 12:00:30 +0200', 30_000],
    ['-1', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('Retry-After: %s', (text, expected) => {
    expect(read({ 'retry-after': text })?.retryAfterMs).toBe(expected)
  })

  test('the finer of two, and a header that is given twice', () => {
    expect(read({ 'retry-after': '2', 'retry-after-ms': '1250' })).toEqual({ retryAfterMs: 1250 })
    expect(read({ 'retry-after': '2', 'x-ms-retry-after-ms': '1250' })).toEqual({ retryAfterMs: 1250 })
    expect(read({ 'x-ratelimit-limit-requests': '10,000' })).toEqual({ requests: { limit: 10_000 } })
    expect(
      read([
        ['retry-after', '4'],
        ['retry-after', '9'],
      ]),
    ).toEqual({ retryAfterMs: 4000 })
  })

  test.each([
    ['1s', 1000],
    ['6m0s', 360_000],
    ['250ms', 250],
    ['1h2m3.5s', 3_723_500],
    ['2m59.56s', 179_560],
    ['1d', 86_400_000],
    ['20', 20_000],
    ['2026-11-24T10:00:05Z', 5000],
    [String(now / 1000 + 40), 40_000],
    [String(now + 40_000), 40_000],
    [String(now / 1000 - 40), 0],
    ['a while', undefined],
  ])('x-ratelimit-reset-requests: %s', (text, expected) => {
    const resetMs = read({ 'x-ratelimit-limit-requests': '60', 'x-ratelimit-reset-requests': text })?.requests?.resetMs
    expect(resetMs === undefined ? undefined : Math.round(resetMs)).toBe(expected)
  })

  test('the headers of OpenAI, of providers that follow it, and of Anthropic are read', () => {
    expect(
      read({
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-tokens': '149984',
        'x-ratelimit-reset-tokens': '6m0s',
      }),
    ).toEqual({
      requests: { limit: 60, remaining: 59, resetMs: 1000 },
      tokens: { limit: 150_000, remaining: 149_984, resetMs: 360_000 },
    })
    expect(
      read({
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-11-24T10:01:00Z',
      }),
    ).toEqual({ requests: { limit: 50, remaining: 0, resetMs: 60_000 } })
  })

  test('a missing header yields no limit', () => {
    expect(read({ 'content-type': 'application/json' })).toBeUndefined()
    expect(read({ 'x-ratelimit-limit-requests': 'many' })).toBeUndefined()
  })
})
