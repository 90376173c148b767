import type { BudgetExchange, LimitExchange, SharedLimits } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { casesWithoutFault, failedCases } from '../../__fixtures__/failed-cases.js'
import { memorySharedLimits } from '../../scripted/memory-shared-limits.js'
import { describeSharedLimits } from '../../vitest.js'
import { type SharedLimitsCase, sharedLimitsSuite } from './shared-limits-suite.js'

const store = memorySharedLimits()
describeSharedLimits(() => store)

/** A store that changes what it is told. */
function told(
  change: (exchange: LimitExchange) => LimitExchange,
  spent: (exchange: BudgetExchange) => BudgetExchange = (exchange) => exchange,
): () => SharedLimits {
  const inner = memorySharedLimits()
  const faulty = {
    ...inner,
    exchange: (place: Parameters<SharedLimits['exchange']>[0], exchange: LimitExchange) =>
      inner.exchange(place, change(exchange)),
    spend: (exchange: BudgetExchange) => inner.spend(spent(exchange)),
  }
  return () => faulty
}
const budget = (change: (exchange: BudgetExchange) => BudgetExchange) => told((exchange) => exchange, change)
const without = (name: 'concurrency' | 'requestsPerMinute' | 'tokensPerMinute') =>
  told((exchange) => ({ ...exchange, limits: { ...exchange.limits, [name]: undefined } }))
const parts = (
  exchange: BudgetExchange,
  change: (part: BudgetExchange['parts'][number]) => object,
): BudgetExchange => ({
  ...exchange,
  parts: exchange.parts.map((part) => ({ ...part, ...change(part) })),
})

/** The same store for each connection. */
function always(make: () => SharedLimits): () => SharedLimits {
  const store = make()
  return () => store
}

/** A store whose places are one. */
function oneForAll(change: (key: string) => string): () => SharedLimits {
  const inner = memorySharedLimits()
  const faulty: SharedLimits = {
    ...inner,
    exchange: ({ account, model }, exchange) => inner.exchange({ account, model: change(model) }, exchange),
    spend: (exchange) => inner.spend(parts(exchange, ({ scope }) => ({ scope: change(scope) }))),
  }
  return () => faulty
}

const faults: Readonly<Record<string, readonly [() => SharedLimits, ...SharedLimitsCase[]]>> = {
  'each process for itself': [
    () => memorySharedLimits(),
    'processes together make no more calls at once than are allowed',
    'many processes at the same time get no more than is allowed',
    'a step that is repeated does no harm',
    'processes together reserve no more than a budget',
  ],
  'it never grants': [
    told((exchange) => ({ ...exchange, calls: [] })),
    'without limits, all calls are granted',
    'the requests of all processes keep to their rate',
  ],
  'no limit of calls at once': [without('concurrency'), 'many processes at the same time get no more than is allowed'],
  'no rate of requests': [without('requestsPerMinute'), 'the requests of all processes keep to their rate'],
  'no rate of tokens': [
    without('tokensPerMinute'),
    'tokens are reserved at their rate, and what was not used comes back',
  ],
  'leases without end': [
    told(
      (exchange) => ({ ...exchange, leaseMs: 1e9 }),
      (exchange) => ({ ...exchange, leaseMs: 1e9 }),
    ),
    'a process that is gone holds nothing after its lease',
    'what a process that is gone has held counts as spent',
  ],
  'penalties are ignored': [
    told((exchange) => ({ ...exchange, penaltyMs: 0 })),
    'a penalty holds up all models of the account, and no other account',
  ],
  'names without regard to capitals': [
    oneForAll((key) => key.toLowerCase()),
    'models and accounts with any names are apart',
    'the budgets of runs and scopes are apart',
  ],
  'what is held is forgotten': [
    budget((exchange) => ({ ...exchange, next: { usd: 0, tokens: 0, requests: 0 } })),
    'what a call did not spend is free again',
    'processes together reserve no more than a budget',
  ],
  'each budget for itself': [
    always(() => {
      const inner = memorySharedLimits()
      return {
        ...inner,
        spend: async (exchange) => {
          const grants = []
          for (const part of exchange.parts) grants.push(await inner.spend({ ...exchange, parts: [part] }))
          return {
            granted: grants.every(({ granted }) => granted),
            states: grants.flatMap(({ states }) => states),
            holders: Math.max(...grants.map(({ holders }) => holders)),
          }
        },
      }
    }),
    'a call is reserved in all of its budgets, or in none',
  ],
  'records are ignored': [
    budget((exchange) => parts(exchange, () => ({ atLeast: { usd: 0, tokens: 0, requests: 0 } }))),
    'what was recorded as spent counts, and only once',
  ],
  'each step spends again': [
    always(() => {
      const inner = memorySharedLimits()
      const sums = new Map<string, number>()
      return {
        ...inner,
        spend: (exchange) => {
          const before = sums.get(exchange.run) ?? 0
          const tokens = before + (exchange.parts[0]?.spent.tokens ?? 0)
          sums.set(exchange.run, tokens)
          return inner.spend(parts(exchange, ({ spent }) => ({ spent: { ...spent, tokens } })))
        },
      }
    }),
    'a repeated step does not spend twice',
  ],
  'freed once only': [
    () => {
      let freed = false
      return {
        ...memorySharedLimits(),
        dispose: async () => {
          if (freed) throw new TypeError('it is closed')
          freed = true
        },
      }
    },
    'can be disposed of twice',
  ],
}

describe('the suite for shared limits fails for', () => {
  test.each(Object.entries(faults))('%s', async (_, [fault, ...cases]) => {
    expect(await failedCases(sharedLimitsSuite(fault))).toEqual(expect.arrayContaining(cases))
  })

  test('each of its cases is failed by a planted fault', () => {
    expect(casesWithoutFault(sharedLimitsSuite(memorySharedLimits), faults)).toEqual([])
  })
})
