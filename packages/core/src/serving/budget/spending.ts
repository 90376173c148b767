import type { Budget } from '../../contracts/serving-settings.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'

/** What a call takes. Dollars are undefined when the price is not known. */
export interface Spending {
  readonly usd: number | undefined
  readonly tokens: number
  readonly requests: number
}

const units = ['usd', 'tokens', 'requests'] as const

/** What has been spent of one budget and what calls under way have reserved. */
export class BudgetAccount {
  readonly #scope: string
  readonly #cap: Budget
  readonly #spent = { usd: 0, tokens: 0, requests: 0 }
  readonly #reserved = { usd: 0, tokens: 0, requests: 0 }
  #underWay = 0

  constructor(scope: string, cap: Budget) {
    this.#scope = scope
    this.#cap = cap
  }

  /** Whether calls under way may give back some of what they have reserved. */
  get busy(): boolean {
    return this.#underWay > 0
  }

  /** Why a call cannot be made. @param reserved Whether what others have reserved counts too. */
  refusal(serving: string, next: Spending, reserved: boolean): MaestroError | undefined {
    for (const unit of units) {
      const cap = this.#cap[unit]
      if (cap === undefined) continue
      const amount = next[unit]
      if (amount === undefined) return maestroError('MAESTRO_BUDGET_UNPRICED', { scope: this.#scope, serving })
      const taken = this.#spent[unit] + (reserved ? this.#reserved[unit] : 0)
      if (taken + amount > cap)
        return maestroError('MAESTRO_BUDGET_REACHED', {
          scope: this.#scope,
          unit,
          cap,
          spent: this.#spent[unit],
          next: amount,
        })
    }
    return undefined
  }

  reserve(next: Spending): void {
    this.#underWay++
    this.#change(this.#reserved, next, 1)
  }

  /** A call has ended: what it had reserved is free again, what it took is spent. */
  settle(reserved: Spending, spent: Spending): void {
    this.#underWay--
    this.#change(this.#reserved, reserved, -1)
    this.#change(this.#spent, spent, 1)
  }

  #change(amounts: Record<(typeof units)[number], number>, by: Spending, sign: 1 | -1): void {
    for (const unit of units) amounts[unit] += sign * (by[unit] ?? 0)
  }
}
