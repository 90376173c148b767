import type { Budget } from '../../contracts/serving-settings.js'
import type { BudgetAmounts, BudgetGrant, BudgetPart } from '../../contracts/shared-limits.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'

/** The usage of a call. Dollars are undefined if the price is unknown. */
export interface Spending {
  readonly usd: number | undefined
  readonly tokens: number
  readonly requests: number
}

const units = ['usd', 'tokens', 'requests'] as const
const nothing = () => ({ usd: 0, tokens: 0, requests: 0 })

/** The amount spent from one budget, and the amount that calls in progress have reserved. */
export class BudgetAccount {
  readonly #scope: string
  readonly #cap: Budget
  readonly #spent = nothing()
  readonly #reserved = nothing()
  /** What an earlier process has spent, and what the store of shared budgets knows of the other processes. */
  readonly #restored = nothing()
  readonly #others = nothing()
  /** What was left for all processes when the store was heard of last, and their number. */
  #left: BudgetAmounts | undefined
  #processes = 1
  #underWay = 0

  constructor(scope: string, cap: Budget) {
    this.#scope = scope
    this.#cap = cap
  }

  /** Whether calls in progress may return a part of what they reserved. */
  get busy(): boolean {
    return this.#underWay > 0
  }

  /** What a store of shared budgets is told. */
  get part(): BudgetPart {
    return {
      scope: this.#scope,
      cap: this.#cap,
      atLeast: { ...this.#restored },
      spent: { ...this.#spent },
      held: { ...this.#reserved },
    }
  }

  /** Why a call cannot be made. @param reserved Whether the reservations of other calls count too. */
  refusal(serving: string, next: Spending, reserved: boolean): MaestroError | undefined {
    return this.#refusal(serving, next, (unit) => {
      const own = this.#restored[unit] + this.#spent[unit]
      return own + (reserved ? this.#reserved[unit] : 0)
    })
  }

  /** Why a call of this serving can never be charged. */
  unpriced(serving: string, next: Spending): MaestroError | undefined {
    if (this.#cap.usd === undefined || next.usd !== undefined) return undefined
    return maestroError('MAESTRO_BUDGET_UNPRICED', { scope: this.#scope, serving })
  }

  /** The same by the state of a shared budget, with what all processes hold. */
  refusalOf(serving: string, next: Spending, { spent, held }: BudgetGrant['states'][number]): MaestroError | undefined {
    return this.#refusal(serving, next, (unit) => spent[unit] + held[unit])
  }

  /** The same while the store of shared budgets is away: of what was left, each process may spend a share. */
  refusalOfShare(serving: string, next: Spending): MaestroError | undefined {
    return this.#refusal(serving, next, (unit) => {
      const own = this.#spent[unit] + this.#reserved[unit]
      const left = this.#left?.[unit] ?? 0
      return Math.max(this.#restored[unit], this.#others[unit]) + own + left * (1 - 1 / this.#processes)
    })
  }

  /** Notes the state of a shared budget. */
  learn({ spent, held }: BudgetGrant['states'][number], processes: number): void {
    const left = nothing()
    for (const unit of units) {
      const all = spent[unit] + held[unit]
      this.#others[unit] = Math.max(0, all - this.#spent[unit] - this.#reserved[unit])
      left[unit] = Math.max(0, (this.#cap[unit] ?? 0) - all)
    }
    this.#left = left
    this.#processes = Math.max(1, processes)
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
    this.#change(this.#restored, spent, 1)
  }

  #refusal(
    serving: string,
    next: Spending,
    takenOf: (unit: (typeof units)[number]) => number,
  ): MaestroError | undefined {
    for (const unit of units) {
      const cap = this.#cap[unit]
      if (cap === undefined) continue
      const amount = next[unit]
      if (amount === undefined) return maestroError('MAESTRO_BUDGET_UNPRICED', { scope: this.#scope, serving })
      const taken = takenOf(unit)
      if (taken + amount > cap)
        return maestroError('MAESTRO_BUDGET_REACHED', { scope: this.#scope, unit, cap, spent: taken, next: amount })
    }
    return undefined
  }

  #change(amounts: Record<(typeof units)[number], number>, by: Spending, sign: 1 | -1): void {
    for (const unit of units) amounts[unit] += sign * (by[unit] ?? 0)
  }
}
