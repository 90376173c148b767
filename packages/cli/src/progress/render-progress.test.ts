import { expect, test } from 'vitest'
import { plainStyle } from '../terminal/style.js'
import { textWidth } from '../terminal/text-width.js'
import type { StepProgress } from './progress-state.js'
import { renderProgress, renderProgressLine, renderServings } from './render-progress.js'

const step = (more: Partial<StepProgress>): StepProgress => ({
  id: 'a',
  state: 'running',
  rows: 0,
  total: undefined,
  exact: false,
  perSecond: undefined,
  left: undefined,
  tokens: 0,
  cachedTokens: 0,
  cost: 0,
  reused: 0,
  retries: 0,
  rejected: 0,
  ...more,
})

const steps = [
  step({ id: 'source', state: 'done', rows: 300, total: 300, exact: true, perSecond: 61_234 }),
  step({
    id: '质量检查',
    rows: 75,
    total: 300,
    perSecond: 4.21,
    tokens: 12_345,
    cost: 0.0123,
    reused: 20,
    retries: 3,
    rejected: 2,
    left: 53_400,
    exact: true,
  }),
  step({ id: 'later', state: 'waiting' }),
]

const servings = [
  {
    serving: 'openai big',
    concurrency: 64.5,
    inFlight: 12,
    waiting: 5,
    requestsPerMinute: 3000,
    coolDownUntil: undefined,
  },
  { serving: 'slow', concurrency: 2, inFlight: 0, waiting: 0, coolDownUntil: 5000 },
]

test('a line for each step: bar, done of total, rate, tokens, cost, reused answers, retries, failures, time left', () => {
  expect(renderProgress(steps, { columns: 160, rows: 24 }, plainStyle)).toEqual([
    'source    ████████████████  300 rows  61.2k rows/s',
    '质量检查  ████░░░░░░░░░░░░  75/300 rows  4.2 rows/s  12.3k tokens  $0.0123  20 reused  3 retries  2 rejected  ETA 53.4 s',
    'later     waiting',
  ])
})

test('an estimate is marked', () => {
  const [line] = renderProgress([step({ rows: 5, total: 50 })], { columns: 120, rows: 24 }, plainStyle)
  expect(line).toContain('5/~50 rows')
})

test.each([20, 40, 60, 80])('no line is as wide as a screen of %i columns', (columns) => {
  const wide = [...steps, step({ id: '很'.repeat(60), rows: 5, tokens: 5 })]
  for (const line of renderProgress(wide, { columns, rows: 24 }, plainStyle))
    expect(textWidth(line)).toBeLessThan(columns)
})

test('a low screen shows the steps that are at work', () => {
  const many = Array.from({ length: 30 }, (_, n) => step({ id: `s${n}`, state: n < 15 ? 'done' : 'running' }))
  const lines = renderProgress(many, { columns: 80, rows: 10 }, plainStyle)
  expect(lines).toHaveLength(8)
  expect(lines[0]).toMatch(/^s15 /)
})

test('a name cannot act on the terminal', () => {
  const [line] = renderProgress([step({ id: 'a\u001b[2Jb' })], { columns: 80, rows: 10 }, plainStyle)
  expect(line).not.toContain('\u001b')
})

test('where nothing can be drawn over, one line shows the steps at work', () => {
  expect(renderProgressLine(steps, servings, { elapsed: 65_000, now: 1000 })).toBe(
    '1 min 05 s | 质量检查: 75/300 rows, 4.2 rows/s, 12.3k tokens, $0.0123, 20 reused, 3 retries, 2 rejected, ETA 53.4 s' +
      ' | openai big: 12/64 calls at once, at most 3000 a minute, 5 waiting | slow: 0/2 calls at once, cool-down 4.00 s',
  )
})

test('a line for each serving, none wider than the screen', () => {
  const screen = { columns: 80, rows: 24 }
  expect(renderServings(servings, screen, plainStyle, 1000)).toEqual([
    'openai big  12/64 calls at once  at most 3000 a minute  5 waiting',
    'slow  0/2 calls at once  cool-down 4.00 s',
  ])
  for (const line of renderServings(servings, { ...screen, columns: 20 }, plainStyle, 1000))
    expect(textWidth(line)).toBeLessThan(20)
})

test('a server that is out of service is shown with its last message and the time since when', () => {
  const failing = { since: 1000, failures: 40, reason: 'slow is overloaded: no\u001b[2J capacity' }
  const state = { serving: 'slow', concurrency: 24, inFlight: 1, waiting: 63, coolDownUntil: undefined, failing }
  const line = renderProgressLine([], [state], { elapsed: 9000, now: 9000 })
  expect(line).toMatch(/63 waiting, nothing but failures for 8\.00 s: .*slow is overloaded/)
  expect(line).not.toContain('\u001b')
})

test('a cost that is not known is not shown as nothing', () => {
  const [cached] = renderProgress([step({ tokens: 500, cachedTokens: 400 })], { columns: 120, rows: 24 }, plainStyle)
  expect(cached).toContain('500 tokens (400 cached)')
  const [line] = renderProgress([step({ tokens: 5, cost: undefined })], { columns: 120, rows: 24 }, plainStyle)
  expect(line).toContain('unpriced')
})
