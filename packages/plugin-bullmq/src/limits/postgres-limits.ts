import type { BudgetExchange, BudgetGrant, LimitExchange, LimitGrant, SharedLimits } from '@maestro-dataflow/core'
import { Postgres } from '../postgres.js'
import type { ServerOptions } from '../server-options.js'
import { busyWaitMs, slackMs } from './pace.js'
import { limitsSchema } from './postgres-limits-schema.js'

/** Limits and budgets on a PostgreSQL server. Each exchange is one statement. */
export class PostgresLimits implements SharedLimits {
  readonly #server: Postgres
  readonly #schema: string

  constructor({ url, namespace }: ServerOptions) {
    this.#server = new Postgres(url, limitsSchema(namespace))
    this.#schema = namespace
  }

  async exchange(place: { account: string; model: string }, exchange: LimitExchange): Promise<LimitGrant> {
    const values = [place.account, place.model, JSON.stringify(exchange), slackMs, busyWaitMs]
    return this.#reply<LimitGrant>('limit_exchange($1, $2, $3, $4, $5)', values)
  }

  async spend(exchange: BudgetExchange): Promise<BudgetGrant> {
    return this.#reply<BudgetGrant>('budget_exchange($1)', [JSON.stringify(exchange)])
  }

  dispose(): Promise<void> {
    return this.#server.dispose()
  }

  async #reply<Reply>(call: string, values: readonly unknown[]): Promise<Reply> {
    const rows = await this.#server.query<{ reply: Reply }>(`select ${this.#schema}.${call} as reply`, values)
    return rows.map(({ reply }) => reply)[0] as Reply
  }
}
