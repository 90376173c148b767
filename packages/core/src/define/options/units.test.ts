import { expect, test } from 'vitest'
import { byteSize } from './byte-size.js'
import { duration } from './duration.js'

test.each([
  [1500, 1500],
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
])('the duration %j is %d milliseconds', (given, milliseconds) => {
  expect(duration().parse(given)).toBe(milliseconds)
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '', '10', '10 s', '5 minutes', '-3s', '1e3s', null, {}])(
  '%j is not a duration',
  (given) => {
    expect(duration().safeParse(given).error?.issues[0]?.message).toContain('a duration is expected')
  },
)

test('a duration may be 0 where that has a meaning', () => {
  expect(duration({ least: 0 }).parse('0s')).toBe(0)
})

test.each([
  [100, 100],
  ['1B', 1],
  ['2KB', 2000],
  ['64MB', 64_000_000],
  ['64MiB', 67_108_864],
  ['1.5GiB', 1_610_612_736],
  ['1TB', 1_000_000_000_000],
])('the size %j is %d bytes', (given, bytes) => {
  expect(byteSize().parse(given)).toBe(bytes)
})

test.each([0, -1, Number.NaN, '64', '64 MB', '64mb', '64M', 'iB', '1iB', null])('%j is not a size', (given) => {
  expect(byteSize().safeParse(given).error?.issues[0]?.message).toContain('a size is expected')
})
