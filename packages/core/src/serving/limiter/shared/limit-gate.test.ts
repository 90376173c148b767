import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { LimitExchange, LimitGrant, SharedLimits } from '../../../contracts/shared-limits.js'
import { LimitGate } from './limit-gate.js'

/** A store whose answers the test decides. */
class ScriptedStore {
  readonly told: LimitExchange[] = []
  answer: (exchange: LimitExchange) => Partial<LimitGrant> | Promise<never> = ({ calls }) => ({ granted: calls.length })

  readonly limits: SharedLimits = {
    exchange: async (_, exchange) => {
      this.told.push(exchange)
      return { granted: 0, waitMs: 0, penaltyMs: 0, holders: 1, ...(await this.answer(exchange)) }
    },
    spend: async () => ({ granted: true, states: [], holders: 1 }),
    dispose: async () => undefined,
  }
}

function open(): { store: ScriptedStore; gate: LimitGate; failures: unknown[] } {
  const store = new ScriptedStore()
  const failures: unknown[] = []
  const place = { account: 'a', model: 'm' }
  const gate = new LimitGate({
    store: store.limits,
    place,
    holder: 'h',
    away: (error) => failures.push(error),
  })
  return { store, gate, failures }
}

describe('the gate to shared limits', () => {
  test('asks for all waiting calls in one exchange, and tells what ended calls gave back', async () => {
    const { store, gate } = open()
    const first = await gate.pass(100)
    const passes = await Promise.all([gate.pass(100), gate.pass(200), gate.pass(300)])
    expect(store.told.map(({ calls }) => calls.length)).toEqual([1, 3])
    gate.end(first, 40)
    await gate.settled()
    expect(store.told.at(-1)).toMatchObject({ inFlight: 3, tokens: -60, calls: [] })
    for (const pass of passes) gate.end(pass, undefined)
    await gate.settled()
    expect(store.told.at(-1)).toMatchObject({ inFlight: 0, tokens: 0 })
  })

  test('passes calls in their order, as many as are granted', async () => {
    const { store, gate } = open()
    store.answer = () => ({ granted: 1, waitMs: 5 })
    const passed: number[] = []
    await Promise.all([1, 2, 3, 4].map(async (n) => gate.pass(n).then(() => passed.push(n))))
    expect(passed).toEqual([1, 2, 3, 4])
    expect(store.told.length).toBeGreaterThanOrEqual(4)
  })

  test('reserves the part of an estimate that calls take', async () => {
    const { store, gate } = open()
    for (let n = 0; n < 30; n++) gate.end(await gate.pass(1000), 100)
    await gate.pass(1000)
    expect(store.told.at(-1)?.calls[0]).toBeLessThan(120)
  })

  test('a call that leaves while it waits gets the signal’s reason, and what was reserved for it goes back', async () => {
    const { store, gate } = open()
    let grant: (grant: Partial<LimitGrant>) => void = () => undefined
    store.answer = () => new Promise((resolve) => (grant = resolve as typeof grant)) as Promise<never>
    const left = new AbortController()
    const passing = gate.pass(70, left.signal)
    await sleep(0)
    left.abort(new Error('left'))
    await expect(passing).rejects.toThrow('left')
    store.answer = () => ({})
    grant({ granted: 1 })
    await sleep(0)
    await gate.settled()
    expect(store.told.at(-1)).toMatchObject({ inFlight: 0, tokens: -70 })
  })

  test('a penalty that any process was told holds up the calls of this one', async () => {
    const { store, gate } = open()
    store.answer = ({ calls }) =>
      store.told.length === 1 ? { penaltyMs: 300, waitMs: 300 } : { granted: calls.length }
    const started = performance.now()
    await gate.pass(1)
    expect(performance.now() - started).toBeGreaterThan(250)
    expect(gate.penaltyMs).toBe(0)
  })

  test('a penalty that the provider told this process is told to the store', async () => {
    const { store, gate } = open()
    gate.end(await gate.pass(1), 1, 400)
    await gate.settled()
    expect(store.told.at(-1)).toMatchObject({ penaltyMs: 400 })
    expect(gate.penaltyMs).toBeGreaterThan(200)
  })

  test('while the store is away, calls keep to the share of the limits that was theirs', async () => {
    const { store, gate, failures } = open()
    store.answer = ({ calls }) => ({ granted: calls.length, holders: 2 })
    gate.limit({ concurrency: 4 })
    const before = await gate.pass(1)
    store.answer = () => Promise.reject(new Error('away'))
    let passed = 0
    for (let n = 0; n < 4; n++) void gate.pass(1).then(() => passed++)
    await sleep(300)
    // Half of the four, of which one was under way before.
    expect(passed).toBe(1)
    expect(failures).toHaveLength(1)
    gate.end(before, 1)
    await sleep(20)
    expect(passed).toBe(2)
    store.answer = ({ calls }) => ({ granted: calls.length, holders: 2 })
    await sleep(1200)
    expect(passed).toBe(4)
    // The store hears of the calls that it did not grant.
    expect(store.told.at(-1)).toMatchObject({ inFlight: 2 })
  })

  test('when the provider is unavailable, the waiting calls fail', async () => {
    const { store, gate } = open()
    store.answer = () => ({ granted: 0, waitMs: 10_000 })
    const passing = gate.pass(1)
    await sleep(5)
    gate.giveUp(new Error('it is down') as never)
    await expect(passing).rejects.toThrow('it is down')
  })
})
