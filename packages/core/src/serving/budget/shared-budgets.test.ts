import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { BudgetExchange, BudgetGrant, SharedLimits } from '../../contracts/shared-limits.js'
import { LimitGates } from '../limiter/shared/limit-gates.js'
import { BudgetKeeper } from './budgets.js'

const call = { run: 'r', step: 's', provider: 'p', serving: 'm' }
const one = { usd: 0, tokens: 0, requests: 1 }

/** The requests of one run's budget, as a store keeps them for several processes. */
class Store {
  readonly told: BudgetExchange[] = []
  away = false
  readonly #holders = new Map<string, { spent: number; held: number }>()

  readonly limits: SharedLimits = {
    exchange: async () => ({ granted: 0, waitMs: 0, penaltyMs: 0, holders: 1 }),
    spend: async (exchange) => {
      if (this.away) throw new Error('away')
      this.told.push(exchange)
      return this.#spend(exchange)
    },
    dispose: async () => undefined,
  }

  keeper(cap: number): BudgetKeeper {
    return new BudgetKeeper({ run: { requests: cap } }, new LimitGates(() => this.limits))
  }

  #spend({ holder, parts: [part], next }: BudgetExchange): BudgetGrant {
    const own = { spent: part?.spent.requests ?? 0, held: part?.held.requests ?? 0 }
    this.#holders.set(holder, own)
    const all = (kind: 'spent' | 'held') => [...this.#holders.values()].reduce((sum, holding) => sum + holding[kind], 0)
    const [spent, held] = [all('spent'), all('held')]
    const granted = spent + held + next.requests <= (part?.cap.requests ?? 0)
    if (granted) own.held += next.requests
    const amounts = (requests: number) => ({ usd: 0, tokens: 0, requests })
    return { granted, states: [{ spent: amounts(spent), held: amounts(held) }], holders: this.#holders.size }
  }
}

describe('a budget that several processes share', () => {
  test('is not exceeded by them together', async () => {
    const store = new Store()
    const keepers = [store.keeper(5), store.keeper(5)]
    const outcomes = await Promise.allSettled(
      keepers.flatMap((keeper) =>
        Array.from({ length: 4 }, async () => {
          const reservation = await keeper.reserve(call, () => one)
          await sleep(10)
          reservation?.settle(one)
        }),
      ),
    )
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(refused).toEqual(['MAESTRO_BUDGET_REACHED', 'MAESTRO_BUDGET_REACHED', 'MAESTRO_BUDGET_REACHED'])
  })

  test('a call waits for the amounts that calls of another process may return', async () => {
    const store = new Store()
    const [here, there] = [store.keeper(1), store.keeper(1)]
    const held = await there.reserve(call, () => one)
    const waiting = here.reserve(call, () => one)
    await sleep(50)
    held?.settle({ usd: 0, tokens: 0, requests: 0 })
    await expect(waiting).resolves.toBeDefined()
  })

  test('spending of an earlier process is reported as such', async () => {
    const store = new Store()
    const keeper = store.keeper(9)
    const usage = { inputTokens: 1, outputTokens: 2, requests: 3, cost: 0 }
    keeper.restore('r', { ...call, usage } as never)
    await keeper.reserve(call, () => one)
    expect(store.told[0]?.parts[0]?.atLeast).toEqual({ usd: 0, tokens: 3, requests: 3 })
  })

  test('while the store is away, each process spends no more than its share of what was left', async () => {
    const store = new Store()
    const [here, there] = [store.keeper(9), store.keeper(9)]
    for (const keeper of [here, there, here]) (await keeper.reserve(call, () => one))?.settle(one)
    await sleep(20)
    store.away = true
    // Six were left for two processes when the store was heard of last.
    for (let n = 0; n < 3; n++) (await here.reserve(call, () => one))?.settle(one)
    const late = here.reserve(call, () => one, AbortSignal.timeout(300))
    await expect(late).rejects.toThrow()
  })

  test('the end of a run is told', async () => {
    const store = new Store()
    const keeper = store.keeper(9)
    ;(await keeper.reserve(call, () => one))?.settle(one)
    await keeper.endRun('r')
    expect(store.told.at(-1)?.parts[0]).toMatchObject({ spent: { requests: 1 }, held: { requests: 0 } })
  })
})
