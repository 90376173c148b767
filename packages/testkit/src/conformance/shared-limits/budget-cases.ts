import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { nothing, requests, type SharedLimitsSubject, spend } from './shared-limits-subject.js'

/** The cases about budgets. */
export const budgetCases = {
  async 'processes together reserve no more than a budget'({ one, other }: SharedLimitsSubject) {
    const run = randomUUID()
    const grants = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        spend(index % 2 === 0 ? one : other, run, { requests: 8 }, { holder: `p${index}`, next: requests(1) }),
      ),
    )
    assert.equal(grants.filter(({ granted }) => granted).length, 8)
  },

  async 'what a call did not spend is free again'({ one, other }: SharedLimitsSubject) {
    const run = randomUUID()
    const cap = { usd: 1 }
    const amount = (usd: number) => ({ ...nothing, usd })
    assert.equal((await spend(one, run, cap, { next: amount(0.75) })).granted, true)
    const full = await spend(other, run, cap, { holder: 'other', next: amount(0.5) })
    assert.equal(full.granted, false)
    assert.deepEqual(full.states, [{ spent: nothing, held: amount(0.75) }])
    assert.equal(full.holders, 2)
    await spend(one, run, cap, { spent: amount(0.25) })
    assert.equal((await spend(other, run, cap, { holder: 'other', next: amount(0.5) })).granted, true)
    const [state] = (await spend(one, run, cap, { spent: amount(0.25) })).states
    assert.deepEqual(state, { spent: amount(0.25), held: amount(0.5) })
  },

  async 'a call is reserved in all of its budgets, or in none'({ one }: SharedLimitsSubject) {
    const run = randomUUID()
    const part = (scope: string, cap: number) => ({
      scope,
      cap: { requests: cap },
      atLeast: nothing,
      spent: nothing,
      held: nothing,
    })
    const ask = (holder: string, caps: readonly (readonly [string, number])[]) =>
      one.spend({
        run,
        holder,
        leaseMs: 10_000,
        parts: caps.map(([scope, cap]) => part(scope, cap)),
        next: requests(2),
      })
    assert.equal(
      (
        await ask('one', [
          ['the run', 5],
          ['step a', 1],
        ])
      ).granted,
      false,
    )
    const wide = await ask('other', [
      ['the run', 5],
      ['step b', 2],
    ])
    assert.equal(wide.granted, true)
    assert.deepEqual(wide.states, [
      { spent: nothing, held: nothing },
      { spent: nothing, held: nothing },
    ])
  },

  async 'what a process that is gone has held counts as spent'({ one, other }: SharedLimitsSubject) {
    const run = randomUUID()
    const cap = { requests: 3 }
    await spend(one, run, cap, { leaseMs: 300, spent: requests(1), next: requests(1) })
    await sleep(400)
    const { states, granted } = await spend(other, run, cap, { holder: 'other', next: requests(2) })
    assert.equal(granted, false)
    assert.deepEqual(states, [{ spent: requests(2), held: nothing }])
    // It was only asleep: what it tells now is the truth.
    const back = await spend(one, run, cap, { spent: requests(1) })
    assert.deepEqual(back.states, [{ spent: requests(1), held: nothing }])
  },

  async 'what was recorded as spent counts, and only once'({ one, other }: SharedLimitsSubject) {
    const run = randomUUID()
    const cap = { requests: 10 }
    const spent = async (store: typeof one, given: Parameters<typeof spend>[3]) =>
      (await spend(store, run, cap, given)).states[0]?.spent.requests
    assert.equal(await spent(one, { atLeast: requests(4) }), 4)
    assert.equal(await spent(one, { atLeast: requests(4), spent: requests(1) }), 5)
    assert.equal(await spent(other, { holder: 'other', atLeast: requests(5), spent: requests(2) }), 7)
  },

  async 'a repeated step does not spend twice'({ one }: SharedLimitsSubject) {
    const run = randomUUID()
    for (let time = 0; time < 3; time++) await spend(one, run, { tokens: 100 }, { spent: { ...nothing, tokens: 40 } })
    const { states } = await spend(one, run, { tokens: 100 }, { spent: { ...nothing, tokens: 40 } })
    assert.equal(states[0]?.spent.tokens, 40)
  },

  async 'the budgets of runs and scopes are apart'({ one }: SharedLimitsSubject) {
    const [run, another] = [randomUUID(), randomUUID()]
    const cap = { requests: 1 }
    assert.equal((await spend(one, run, cap, { next: requests(1) })).granted, true)
    assert.equal((await spend(one, another, cap, { next: requests(1) })).granted, true)
    const scopes = ['step a', 'step A', "step '; drop", 'step ключ 🔑', 'the run:expiry', '']
    for (const scope of scopes) {
      const parts = [{ scope, cap, atLeast: nothing, spent: nothing, held: nothing }]
      const exchange = { run, holder: `one ${scope}`, leaseMs: 10_000, parts, next: requests(1) }
      assert.equal((await one.spend(exchange)).granted, true, scope)
      assert.equal((await one.spend({ ...exchange, holder: 'other' })).granted, false, scope)
    }
  },
}
