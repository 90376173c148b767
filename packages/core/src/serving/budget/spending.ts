import type { Budget } from '../../contracts/serving-settings.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'

/** The usage of a call. Dollars are undefined if the price is unknown. */
export interface Spending {
  readonly usd: number | undefined
  readonly tokens: number
  readonly requests: number
}

const units = ['usd', 'tokens', 'requests'] as const

/** The amount spent from one budget, and the amount that calls in progress have reserved. */
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

  /** Whether calls in progress may return a part of what they reserved. */
  get busy(): boolean {
    return this.#underWay > 0
  }

  /** Why a call cannot be made. @param reserved Whether the reservations of other calls count too. */
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

  /** Settles a call that has ended: its reservation is released, and its usage counts as spent. */
  settle(reserved: Spending, spent: Spending): void {
    this.#underWay--
    this.#change(this.#reserved, reserved, -1)
    this.#change(this.#spent, spent, 1)
  }

  /** Charges what was spent before this process began. */
  restore(spent: Spending): void {
    this.#change(this.#spent, spent, 1)
  }

  #change(amounts: Record<(typeof units)[number], number>, by: Spending, sign: 1 | -1): void {
    for (const unit of units) amounts[unit] += sign * (by[unit] ?? 0)
  }
}
