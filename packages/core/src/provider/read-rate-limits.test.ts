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
    ['PT5S', 5000],
    ['PT1M30.5S', 90_500],
    ['P1DT2H', 93_600_000],
    ['PT0S', 0],
    ['P', undefined],
    ['PT', undefined],
    ['1h 2m', 3_720_000],
    ['2 minutes', 120_000],
    ['500 milliseconds', 500],
    ['600µs', 0.6],
    ['1.5S', 1500],
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

  test.each<[string, Record<string, string>, object]>([
    [
      'no unit',
      { 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3' },
      { requests: { limit: 20, remaining: 0, resetMs: 3000 } },
    ],
    [
      'no unit, and a time since 1970',
      { 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now + 7000) },
      { requests: { limit: 20, remaining: 0, resetMs: 7000 } },
    ],
    ['a reset alone', { 'x-ratelimit-reset': '5' }, { requests: { resetMs: 5000 } }],
    [
      'a hyphen more',
      { 'x-rate-limit-limit': '20', 'x-rate-limit-remaining': '1', 'x-rate-limit-reset': '9' },
      { requests: { limit: 20, remaining: 1, resetMs: 9000 } },
    ],
    [
      'the three fields of the IETF',
      { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '2', 'ratelimit-reset': '30' },
      { requests: { limit: 100, remaining: 2, resetMs: 30_000 } },
    ],
    [
      'the field of the IETF',
      { ratelimit: 'limit=100, remaining=50, reset=5' },
      { requests: { limit: 100, remaining: 50, resetMs: 5000 } },
    ],
    [
      'the field of the IETF with its policy',
      {
        ratelimit: '"burst";r=0;t=30, "day";r=900;t=40000',
        'ratelimit-policy': '"burst";q=100;w=60,"day";q=1000;w=86400',
      },
      { requests: { limit: 100, remaining: 0, resetMs: 30_000 } },
    ],
    [
      'the field of the IETF for tokens',
      { ratelimit: '"tokens-per-minute";r=10;t=6', 'ratelimit-policy': '"tokens-per-minute";q=1000;w=60' },
      { tokens: { limit: 1000, remaining: 10, resetMs: 6000 } },
    ],
    [
      'the names of Mistral',
      {
        'x-ratelimit-limit-req-minute': '60',
        'x-ratelimit-remaining-req-minute': '0',
        'x-ratelimit-limit-tokens-minute': '50000',
        'x-ratelimit-remaining-tokens-minute': '49000',
        'x-ratelimit-limit-tokens-month': '4000000000',
        'x-ratelimit-remaining-tokens-month': '0',
      },
      {
        requests: { limit: 60, remaining: 0, resetMs: 60_000 },
        tokens: { limit: 50_000, remaining: 49_000, resetMs: 60_000 },
      },
    ],
    [
      'the older names of Mistral',
      { 'ratelimitbysize-limit': '500000', 'ratelimitbysize-remaining': '0', 'ratelimitbysize-reset': '12' },
      { tokens: { limit: 500_000, remaining: 0, resetMs: 12_000 } },
    ],
    [
      'the names of Cerebras, of which the tightest counts',
      {
        'x-ratelimit-limit-requests-day': '1000',
        'x-ratelimit-remaining-requests-day': '0',
        'x-ratelimit-reset-requests-day': '33011.382867',
        'x-ratelimit-limit-tokens-minute': '60000',
        'x-ratelimit-remaining-tokens-minute': '59000',
        'x-ratelimit-reset-tokens-minute': '11.38',
      },
      {
        requests: { limit: 1000, remaining: 0, resetMs: 33_011_382.867 },
        tokens: { limit: 60_000, remaining: 59_000, resetMs: 11_380 },
      },
    ],
    [
      'the tokens of Anthropic by kind',
      {
        'anthropic-ratelimit-input-tokens-limit': '1000',
        'anthropic-ratelimit-input-tokens-remaining': '900',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-24T10:01:00Z',
        'anthropic-ratelimit-output-tokens-limit': '1000',
        'anthropic-ratelimit-output-tokens-remaining': '0',
        'anthropic-ratelimit-output-tokens-reset': '2026-11-24T10:00:30Z',
      },
      { tokens: { limit: 1000, remaining: 0, resetMs: 30_000 } },
    ],
    [
      'a gateway',
      { 'x-ratelimit-limit-minute': '5', 'x-ratelimit-remaining-minute': '0', 'x-ratelimit-limit-day': '9' },
      { requests: { limit: 5, remaining: 0, resetMs: 60_000 } },
    ],
    [
      'a header that was sent twice',
      { 'x-ratelimit-limit-requests': '60, 60', 'x-ratelimit-remaining-requests': '7, 7' },
      { requests: { limit: 60, remaining: 7 } },
    ],
  ])('headers in other forms are read: %s', (_, headers, expected) => {
    expect(read(headers)).toEqual(expected)
  })

  test('a missing header yields no limit', () => {
    expect(read({ 'content-type': 'application/json' })).toBeUndefined()
    expect(read({ 'x-ratelimit-limit-requests': 'many' })).toBeUndefined()
  })
})
