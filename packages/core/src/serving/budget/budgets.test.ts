import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Budgets } from '../../contracts/serving-settings.js'
import { BudgetKeeper, type BudgetPlace, type Reservation } from './budgets.js'
import type { Spending } from './spending.js'

const place: BudgetPlace = { run: 'r', step: 's', provider: 'openai', serving: 'openai big' }
const spending = (more: Partial<Spending> = {}): Spending => ({ usd: 1, tokens: 10, requests: 1, ...more })

async function reserve(keeper: BudgetKeeper, next: Spending, at: Partial<BudgetPlace> = {}): Promise<Reservation> {
  const reservation = await keeper.reserve({ ...place, ...at }, () => next)
  if (reservation === undefined) throw new TypeError('no budget applies')
  return reservation
}

test('where no budget applies nothing is worked out', () => {
  const keeper = new BudgetKeeper({ steps: { other: { usd: 0 } }, providers: { ollama: { usd: 0 } } })
  const next = () => {
    throw new TypeError('worked out')
  }
  expect(keeper.reserve(place, next)).toBeUndefined()
  expect(keeper.reserve({ ...place, step: '__proto__', provider: 'toString' }, next)).toBeUndefined()
})

const caps: readonly (readonly [string, Budgets, string])[] = [
  ['dollars of the run', { run: { usd: 2.5 } }, 'the run is used up: $2.00 of $2.50'],
  ['tokens of the run', { run: { tokens: 25 } }, 'the run is used up: 20 tokens of 25 tokens'],
  ['requests of the run', { run: { requests: 2 } }, 'the run is used up: 2 requests of 2 requests'],
  ['dollars of a step', { steps: { s: { usd: 2.5 } } }, 'step s is used up'],
  ['dollars of a provider', { providers: { openai: { usd: 2.5 } } }, 'provider openai is used up'],
]

test.each(caps)('%s: at the cap the next call is refused, and that ends the run', async (_, budgets, message) => {
  const keeper = new BudgetKeeper(budgets)
  for (let call = 0; call < 2; call++) (await reserve(keeper, spending())).settle(spending())
  const refused = reserve(keeper, spending())
  await expect(refused).rejects.toMatchObject({ code: 'MAESTRO_BUDGET_REACHED', stopsRun: true, retryable: false })
  await expect(refused).rejects.toThrow(message)
  expect((await refused.catch((error) => error)).hint).toMatch(/run the pipeline again. Finished answers are stored/)
})

test('a budget of 0 allows only calls that cost nothing', async () => {
  await expect(reserve(new BudgetKeeper({ run: { usd: 0 } }), spending())).rejects.toMatchObject({
    code: 'MAESTRO_BUDGET_REACHED',
  })
  const free = new BudgetKeeper({ run: { usd: 0 } })
  ;(await reserve(free, spending({ usd: 0 }))).settle(spending({ usd: 0 }))
})

test('a budget in dollars refuses a serving whose price is not known; one in tokens does not', async () => {
  const unpriced = spending({ usd: undefined })
  await expect(reserve(new BudgetKeeper({ run: { usd: 100 } }), unpriced)).rejects.toMatchObject({
    code: 'MAESTRO_BUDGET_UNPRICED',
    stopsRun: true,
    details: { serving: 'openai big' },
  })
  ;(await reserve(new BudgetKeeper({ run: { tokens: 100 } }), unpriced)).settle(unpriced)
})

test('a reserved amount cannot be spent by another call, and a returned amount can', async () => {
  const keeper = new BudgetKeeper({ run: { usd: 10 } })
  const first = await reserve(keeper, spending({ usd: 8 }))
  let second: Reservation | undefined
  const waiting = reserve(keeper, spending({ usd: 5 })).then((reservation) => {
    second = reservation
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(second).toBeUndefined()
  first.settle(spending({ usd: 3 }))
  await waiting
  expect(second).toBeDefined()
})

test('a waiting call is refused when the calls under way spend the rest', async () => {
  const keeper = new BudgetKeeper({ run: { usd: 10 } })
  const first = await reserve(keeper, spending({ usd: 8 }))
  const waiting = reserve(keeper, spending({ usd: 5 }))
  first.settle(spending({ usd: 8 }))
  await expect(waiting).rejects.toMatchObject({ code: 'MAESTRO_BUDGET_REACHED', details: { spent: 8, next: 5 } })
})

test('a waiting call may be aborted', async () => {
  const keeper = new BudgetKeeper({ run: { usd: 10 } })
  await reserve(keeper, spending({ usd: 8 }))
  const stop = new AbortController()
  const waiting = keeper.reserve(place, () => spending({ usd: 5 }), stop.signal)
  stop.abort(new TypeError('enough'))
  await expect(waiting).rejects.toThrow('enough')
})

test('each run has its own, until it is forgotten', async () => {
  const keeper = new BudgetKeeper({ run: { requests: 1 } })
  ;(await reserve(keeper, spending())).settle(spending())
  ;(await reserve(keeper, spending(), { run: 'other' })).settle(spending())
  await expect(reserve(keeper, spending())).rejects.toMatchObject({ code: 'MAESTRO_BUDGET_REACHED' })
  keeper.endRun('r')
  ;(await reserve(keeper, spending())).settle(spending())
})

describe('calls side by side', () => {
  test('never pass a cap together, as long as none takes more than it reserved', async () => {
    const calls = fc.array(
      fc.record({ reserved: fc.integer({ min: 0, max: 20 }), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      { maxLength: 60 },
    )
    await fc.assert(
      fc.asyncProperty(calls, fc.integer({ min: 0, max: 100 }), async (calls, cap) => {
        const keeper = new BudgetKeeper({ run: { tokens: cap } })
        let spent = 0
        const outcomes = await Promise.all(
          calls.map(async ({ reserved, share }) => {
            const reservation = await reserve(keeper, spending({ tokens: reserved })).catch(() => undefined)
            if (reservation === undefined) return false
            await new Promise((resolve) => setImmediate(resolve))
            const tokens = Math.floor(reserved * share)
            spent += tokens
            reservation.settle(spending({ tokens }))
            return true
          }),
        )
        expect(spent).toBeLessThanOrEqual(cap)
        // Nobody waits for ever: every call went through or was refused.
        expect(outcomes).toHaveLength(calls.length)
      }),
      { numRuns: 50 },
    )
  })
})
