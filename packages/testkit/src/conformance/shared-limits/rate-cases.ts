import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { anyPlace, exchange, type SharedLimitsSubject } from './shared-limits-subject.js'

/** The cases about limits of rates and of calls in progress. */
export const rateCases = {
  async 'without limits, all calls are granted'({ one }: SharedLimitsSubject) {
    const { granted, waitMs, penaltyMs, holders } = await exchange(one, anyPlace(), { calls: [1, 2, 3] })
    assert.deepEqual({ granted, waitMs, penaltyMs, holders }, { granted: 3, waitMs: 0, penaltyMs: 0, holders: 1 })
  },

  async 'processes together make no more calls at once than are allowed'({ one, other }: SharedLimitsSubject) {
    const place = anyPlace()
    const limits = { concurrency: 3 }
    assert.equal((await exchange(one, place, { limits, calls: [1, 1] })).granted, 2)
    const full = await exchange(other, place, { holder: 'other', limits, calls: [1, 1] })
    assert.equal(full.granted, 1)
    assert.ok(full.waitMs > 0, 'a call that must wait is told to ask again at once')
    assert.equal(full.holders, 2)
    await exchange(one, place, { limits, inFlight: 1 })
    const freed = await exchange(other, place, { holder: 'other', limits, inFlight: 1, calls: [1, 1] })
    assert.equal(freed.granted, 1)
  },

  async 'many processes at the same time get no more than is allowed'({ one, other }: SharedLimitsSubject) {
    const place = anyPlace()
    const grants = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        exchange(index % 2 === 0 ? one : other, place, { holder: `p${index}`, limits: { concurrency: 7 }, calls: [1] }),
      ),
    )
    assert.equal(
      grants.reduce((sum, { granted }) => sum + granted, 0),
      7,
    )
  },

  async 'a step that is repeated does no harm'({ one, other }: SharedLimitsSubject) {
    const place = anyPlace()
    const limits = { concurrency: 4 }
    await exchange(one, place, { limits, calls: [1, 1] })
    for (let time = 0; time < 3; time++) await exchange(one, place, { limits, inFlight: 2 })
    assert.equal((await exchange(other, place, { holder: 'other', limits, calls: [1, 1, 1] })).granted, 2)
  },

  async 'a process that is gone holds nothing after its lease'({ one, other }: SharedLimitsSubject) {
    const place = anyPlace()
    const limits = { concurrency: 1 }
    await exchange(one, place, { limits, leaseMs: 300, calls: [1] })
    assert.equal((await exchange(other, place, { holder: 'other', limits, calls: [1] })).granted, 0)
    await sleep(400)
    const { granted, holders } = await exchange(other, place, { holder: 'other', limits, calls: [1] })
    assert.deepEqual({ granted, holders }, { granted: 1, holders: 1 })
  },

  async 'the requests of all processes keep to their rate'({ one, other }: SharedLimitsSubject) {
    const place = anyPlace()
    const limits = { requestsPerMinute: 1200 }
    const count = await grantedWithin(1000, place, limits, [one, other])
    // 20 in a second, and as many as a slack of at most a second admits ahead.
    assert.ok(count >= 15 && count <= 42, `${count} calls in a second`)
  },

  async 'tokens are reserved at their rate, and what was not used comes back'({ one, other }: SharedLimitsSubject) {
    const place = anyPlace()
    const limits = { tokensPerMinute: 60_000 }
    assert.equal((await exchange(one, place, { limits, calls: [5000, 5000] })).granted, 1)
    const full = await exchange(other, place, { holder: 'other', limits, calls: [10] })
    assert.equal(full.granted, 0)
    assert.ok(full.waitMs > 2000 && full.waitMs <= 5100, `a wait of ${full.waitMs} ms for 5,000 tokens`)
    await exchange(one, place, { limits, tokens: -4990 })
    assert.equal((await exchange(other, place, { holder: 'other', limits, calls: [10] })).granted, 1)
    await exchange(one, place, { limits, tokens: 5000 })
    assert.equal((await exchange(other, place, { holder: 'other', limits, calls: [10] })).granted, 0)
  },

  async 'a penalty holds up all models of the account, and no other account'({ one, other }: SharedLimitsSubject) {
    const place = anyPlace()
    await exchange(one, place, { penaltyMs: 600 })
    await exchange(other, place, { holder: 'other', penaltyMs: 100 })
    const held = await exchange(other, { ...place, model: 'n' }, { holder: 'other', calls: [1] })
    assert.equal(held.granted, 0)
    assert.ok(held.penaltyMs > 300 && held.penaltyMs <= 600, `${held.penaltyMs} ms of 600 are left`)
    assert.ok(held.waitMs > 300, `a wait of ${held.waitMs} ms in a penalty`)
    assert.equal((await exchange(one, anyPlace(), { calls: [1] })).granted, 1)
    await sleep(700)
    assert.equal((await exchange(other, { ...place, model: 'n' }, { calls: [1] })).granted, 1)
  },

  async 'models and accounts with any names are apart'({ one, other }: SharedLimitsSubject) {
    const { account } = anyPlace()
    const limits = { concurrency: 1 }
    const models = ['m', 'M', 'm:calls', ' m', "m'; drop", '%', 'ключ 🔑', '__proto__', 'm'.repeat(300)]
    for (const model of models) {
      assert.equal(
        (await exchange(one, { account, model }, { holder: `one ${model}`, limits, calls: [1] })).granted,
        1,
        model,
      )
      assert.equal((await exchange(other, { account, model }, { holder: 'o', limits, calls: [1] })).granted, 0, model)
    }
    const joined = [
      { account: `${account}:a`, model: 'b' },
      { account, model: 'a:b' },
      { account: `${account} two`, model: 'm' },
    ]
    for (const [n, place] of joined.entries())
      assert.equal(
        (await exchange(one, place, { holder: `p${n}`, limits, calls: [1] })).granted,
        1,
        JSON.stringify(place),
      )
  },
}

/** The calls that stores grant to a process each while they ask without a pause. */
async function grantedWithin(
  ms: number,
  place: ReturnType<typeof anyPlace>,
  limits: { readonly requestsPerMinute: number },
  stores: readonly SharedLimitsSubject['one'][],
): Promise<number> {
  const until = performance.now() + ms
  const counts = await Promise.all(
    stores.map(async (store, index) => {
      let count = 0
      while (performance.now() < until) {
        count += (await exchange(store, place, { holder: `p${index}`, limits, calls: [1, 1] })).granted
        await sleep(10)
      }
      return count
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
