import type { PipelinePlan, StepCounts } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { ProgressState } from './progress-state.js'

const none: StepCounts = { rowsIn: 0, rowsOut: 0, rejected: 0, dropped: 0, merged: 0, created: 0 }
const columns = { columns: {}, open: true }

/** A plan of consecutive steps. Only ids and inputs matter here. */
function planOf(...ids: readonly string[]): PipelinePlan {
  const steps = ids.map((id, index) => ({
    id,
    input: ids[index - 1] ?? 'source',
    use: id,
    kind: 'map' as const,
    version: '1',
    options: undefined,
    effects: {},
    columnsIn: columns,
    columnsOut: columns,
    servings: [],
    deterministic: true,
  }))
  const source = { use: 'fs.file', options: {}, columns }
  return { version: 1, pipeline: 'p', params: {}, source, steps, sinks: [], stages: [], warnings: [] }
}

/** A state with its own clock. */
function started(...ids: readonly string[]) {
  let now = 0
  const state = new ProgressState(() => now)
  state.begin(planOf(...ids))
  for (const step of ids) state.stepStarted({ runId: 'r', stage: 0, step })
  return {
    state,
    wait: (milliseconds: number) => {
      now += milliseconds
    },
    read: (event: { rows: number; rowsTotal?: number; bytesRead?: number; bytesTotal?: number; done?: boolean }) =>
      state.sourceRead({ runId: 'r', ...event }),
    done: (step: string, counts: Partial<StepCounts>) =>
      state.rowsDone({ runId: 'r', stage: 0, step, counts: { ...none, ...counts } }),
    of: (id: string) => state.steps().find((step) => step.id === id),
  }
}

test('a step that sees all rows before it returns one shows how many it has read', () => {
  const state = new ProgressState(() => 0)
  const plan = planOf('join')
  state.begin({ ...plan, steps: plan.steps.map((step) => ({ ...step, kind: 'opaque' })) })
  state.sourceRead({ runId: 'r', rows: 100, done: true })
  state.stepStarted({ runId: 'r', stage: 0, step: 'join' })
  state.rowsDone({ runId: 'r', stage: 0, step: 'join', counts: { ...none, rowsIn: 60 } })
  expect(state.steps().at(-1)).toMatchObject({ rows: 60, total: 100, exact: true })
  // A database estimates how many it has read.
  state.rowsDone({ runId: 'r', stage: 0, step: 'join', counts: { ...none, rowsIn: 582 } })
  expect(state.steps().at(-1)).toMatchObject({ rows: 100, total: 100 })
  state.stepDone({ runId: 'r', stage: 0, step: 'join', counts: { ...none, rowsIn: 100, rowsOut: 3, dropped: 97 } })
  expect(state.steps().at(-1)).toMatchObject({ rows: 100, state: 'done' })
})

describe('how many rows there will be', () => {
  test('is estimated by the bytes that have been read', () => {
    const { read, of } = started('a')
    read({ rows: 100, bytesRead: 1000, bytesTotal: 4000 })
    expect(of('source')).toMatchObject({ rows: 100, total: 400, exact: false })
    expect(of('a')).toMatchObject({ rows: 0, total: 400, exact: false })
  })

  test('is not known while all bytes are read ahead, and exact once the source is done', () => {
    const { read, of } = started('a')
    read({ rows: 1000, bytesRead: 5000, bytesTotal: 5000 })
    expect(of('a')?.total).toBeUndefined()
    read({ rows: 1200, bytesRead: 5000, bytesTotal: 5000, done: true })
    expect(of('source')).toMatchObject({ rows: 1200, total: 1200, state: 'done' })
    expect(of('a')).toMatchObject({ total: 1200, exact: true })
  })

  test('a source with fewer rows than the limit', () => {
    const { read, of } = started('a')
    read({ rows: 10, rowsTotal: 1000 })
    expect(of('a')).toMatchObject({ total: 1000, exact: false })
    read({ rows: 10, rowsTotal: 1000, done: true })
    expect(of('a')).toMatchObject({ total: 10, exact: true })
  })

  test('after a filter is estimated by the share that has passed, and exact when it is through', () => {
    const { state, read, done, of } = started('keep', 'ask')
    read({ rows: 100, done: true })
    expect(of('ask')?.total).toBeUndefined()
    done('keep', { rowsIn: 50, rowsOut: 10, dropped: 30 })
    expect(of('keep')).toMatchObject({ rows: 40, total: 100, exact: true })
    expect(of('ask')).toMatchObject({ total: 25, exact: false })
    state.stepDone({ runId: 'r', stage: 0, step: 'keep', counts: { ...none, rowsIn: 100, rowsOut: 20, dropped: 80 } })
    expect(of('ask')).toMatchObject({ total: 20, exact: true })
  })

  test('records that could not be read do not reach the first step', () => {
    const { state, read, of } = started('a')
    const error = new Error('broken') as never
    state.rowRejected({ runId: 'r', stage: 0, step: 'source', rowId: '1', row: {}, error, tries: 1 })
    read({ rows: 10, done: true })
    expect(of('source')).toMatchObject({ rejected: 1 })
    expect(of('a')).toMatchObject({ total: 9 })
  })
})

test('rows that are split count once each', () => {
  const { done, of } = started('split')
  done('split', { rowsIn: 4, rowsOut: 10, created: 7, rejected: 1 })
  expect(of('split')).toMatchObject({ rows: 4, rejected: 1 })
})

test('rate and time left, of the last stretch of time', () => {
  const { read, done, wait, of } = started('a')
  read({ rows: 1000, done: true })
  expect(of('a')).toMatchObject({ perSecond: undefined, left: undefined })
  wait(10_000)
  done('a', { rowsOut: 100 })
  expect(of('a')).toMatchObject({ perSecond: 10, left: 90_000 })
  for (let second = 0; second < 30; second++) {
    wait(1000)
    done('a', { rowsOut: 100 + (second + 1) * 20 })
  }
  expect(of('a')).toMatchObject({ rows: 700, perSecond: 20, left: 15_000 })
})

test('a resumed run counts what was done before, and its rate is that of what it does itself', () => {
  let now = 0
  const state = new ProgressState(() => now)
  const of = (id: string) => state.steps().find((step) => step.id === id)
  state.begin(planOf('finished', 'begun', 'new'))
  const counts = { ...none, rowsIn: 600, rowsOut: 500, rejected: 100 }
  const usage = {
    requests: 500,
    failedRequests: 100,
    reusedAnswers: 7,
    retries: 3,
    inputTokens: 4000,
    outputTokens: 1000,
    cachedInputTokens: 200,
    reasoningTokens: 0,
    cost: 1.5,
  }
  state.sourceRead({
    runId: 'r',
    rows: 1000,
    before: { ...none, rowsIn: 1000, rowsOut: 900, rejected: 100 },
    done: true,
  })
  const whole = { ...none, rowsIn: 900, rowsOut: 900 }
  state.stepStarted({ runId: 'r', stage: 0, step: 'finished', before: { counts: whole, usage } })
  state.stepDone({ runId: 'r', stage: 0, step: 'finished', counts: whole })
  state.stepStarted({ runId: 'r', stage: 1, step: 'begun', before: { counts, usage } })
  state.stepStarted({ runId: 'r', stage: 1, step: 'new' })
  expect(of('source')).toMatchObject({ rows: 1000, rejected: 100, perSecond: undefined })
  expect(of('finished')).toMatchObject({ state: 'done', rows: 900, perSecond: undefined, left: undefined })
  expect(of('begun')).toMatchObject({ rows: 600, total: 900, perSecond: undefined, left: undefined, rejected: 100 })
  expect(of('begun')).toMatchObject({ tokens: 5000, cachedTokens: 200, cost: 1.5, reused: 7, retries: 3 })
  now += 10_000
  state.rowsDone({ runId: 'r', stage: 1, step: 'begun', counts: { ...counts, rowsIn: 700, rowsOut: 600 } })
  state.requestDone({ ...request, step: 'begun', usage: { inputTokens: 10, outputTokens: 5 }, cost: 0.25 })
  expect(of('begun')).toMatchObject({ rows: 700, perSecond: 10, left: 20_000, tokens: 5015, cost: 1.75 })
  now += 60_000
  expect(of('begun')).toMatchObject({ perSecond: 100 / 70 })
  expect(of('finished')).toMatchObject({ perSecond: undefined })
})

test('while nothing moves, the rate is that of the whole time', () => {
  const { read, done, wait, of } = started('a')
  read({ rows: 10, done: true })
  wait(1000)
  done('a', { rowsOut: 1 })
  for (let second = 0; second < 49; second++) {
    wait(1000)
    of('a')
  }
  expect(of('a')).toMatchObject({ perSecond: 0.02, left: 450_000 })
})

test('a step that is done has no time left, and its rate stays', () => {
  const { state, read, wait, of } = started('a')
  read({ rows: 10, done: true })
  wait(1000)
  state.stepDone({ runId: 'r', stage: 0, step: 'a', counts: { ...none, rowsOut: 10 } })
  wait(60_000)
  expect(of('a')).toMatchObject({ state: 'done', rows: 10, total: 10, exact: true, perSecond: 10, left: undefined })
})

const request = {
  serving: 's',
  provider: 'p',
  model: 'm',
  kind: 'llm',
  run: 'r',
  step: 'a',
  from: 'provider',
  durationMs: 1,
  waitedMs: 0,
  tries: 1,
} as const

test('tokens, cost, reused answers and retries of a step', () => {
  const { state, of } = started('a')
  state.requestDone({ ...request, usage: { inputTokens: 10, outputTokens: 5 }, cost: 0.25, tries: 3 })
  state.requestDone({ ...request, from: 'cache', tries: 0 })
  state.requestDone({ ...request, from: 'joined', tries: 0 })
  state.requestDone({ ...request, step: undefined, usage: { inputTokens: 10, outputTokens: 5 }, cost: 1 })
  expect(of('a')).toMatchObject({ tokens: 15, cost: 0.25, reused: 2, retries: 2 })
  state.requestDone({ ...request, usage: { inputTokens: 9, outputTokens: 1, cachedInputTokens: 8 } })
  expect(of('a')).toMatchObject({ tokens: 25, cachedTokens: 8, cost: undefined })
})

test('the calls that a request is split into are not retries, and those after an earlier process are', () => {
  const { state, of } = started('a')
  state.requestDone({ ...request, tries: 4, calls: 4 })
  expect(of('a')).toMatchObject({ retries: 0 })
  const before = { tries: 1, usage: { inputTokens: 1, outputTokens: 1 }, cost: 0 }
  state.requestDone({ ...request, tries: 1, before })
  expect(of('a')).toMatchObject({ retries: 1 })
})

test('servings that are asked, and those that are left in peace until their time is over', () => {
  const { state, wait } = started('a')
  const idle = { serving: 's', concurrency: 4, inFlight: 0, waiting: 0 }
  state.servingState({ ...idle, inFlight: 2, requestsPerMinute: 60 })
  state.servingState({ ...idle, serving: 'other', coolDownMs: 1000 })
  state.servingState({ ...idle, serving: 'idle' })
  expect(state.servings()).toMatchObject([
    { serving: 's', inFlight: 2, requestsPerMinute: 60, coolDownUntil: undefined },
    { serving: 'other', inFlight: 0, coolDownUntil: expect.any(Number) },
  ])
  wait(1000)
  expect(state.servings().map(({ serving }) => serving)).toEqual(['s'])
})

test('steps of later stages wait; a source that is never read row by row is not shown', () => {
  const state = new ProgressState()
  state.begin(planOf('a', 'b'))
  state.stepStarted({ runId: 'r', stage: 0, step: 'a' })
  expect(state.steps().map(({ id, state }) => [id, state])).toEqual([
    ['a', 'running'],
    ['b', 'waiting'],
  ])
})
