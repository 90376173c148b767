import type { BudgetExchange, BudgetGrant, LimitExchange, LimitGrant, SharedLimits } from '@maestro-dataflow/core'
import type { Redis } from 'ioredis'
import { openRedis } from '../redis.js'
import type { ServerOptions } from '../server-options.js'
import { busyWaitMs, slackMs } from './pace.js'
import { exchangeScript, spendScript } from './redis-limits-script.js'

interface Scripts {
  maestroExchange(...given: (string | number)[]): Promise<string>
  maestroSpend(keys: number, ...given: (string | number)[]): Promise<string>
}

/** Limits and budgets on a Redis or Valkey server. Each exchange is one script. */
export class RedisLimits implements SharedLimits {
  readonly #redis: Redis & Scripts
  readonly #prefix: string

  constructor({ url, namespace }: ServerOptions) {
    const redis = openRedis(url)
    redis.defineCommand('maestroExchange', { numberOfKeys: 4, lua: exchangeScript })
    redis.defineCommand('maestroSpend', { lua: spendScript })
    this.#redis = redis as Redis & Scripts
    // The braces keep all keys on one node of a cluster, as a script demands.
    this.#prefix = `{${namespace}}`
  }

  async exchange(place: { account: string; model: string }, exchange: LimitExchange): Promise<LimitGrant> {
    const { account, model } = place
    const kinds = ['rates', 'calls', 'expiry'].map((kind) => this.#key('limits', kind, account, model))
    const keys = [...kinds, this.#key('limits', 'penalty', account)]
    return JSON.parse(await this.#redis.maestroExchange(...keys, JSON.stringify(exchange), slackMs, busyWaitMs))
  }

  async spend(exchange: BudgetExchange): Promise<BudgetGrant> {
    const keys = exchange.parts.flatMap(({ scope }) =>
      ['amounts', 'expiry'].map((kind) => this.#key('budget', kind, exchange.run, scope)),
    )
    const reply: { states: BudgetGrant['states'] } & BudgetGrant = JSON.parse(
      await this.#redis.maestroSpend(keys.length, ...keys, JSON.stringify(exchange)),
    )
    // An empty list is an empty object in the JSON of a script.
    return exchange.parts.length === 0 ? { ...reply, states: [] } : reply
  }

  /** A key that no other names make: models such as `llama:8b` have colons of their own. */
  #key(...names: readonly string[]): string {
    return `${this.#prefix}:${JSON.stringify(names)}`
  }

  async dispose(): Promise<void> {
    this.#redis.disconnect()
  }
}
