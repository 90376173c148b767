import type { Budgets } from '../../contracts/serving-settings.js'
import type { Spent } from '../answers/run-answers.js'
import { BudgetAccount, type Spending } from './spending.js'

/** What a call is charged to. */
export interface BudgetPlace {
  readonly run: string | undefined
  readonly step: string | undefined
  readonly provider: string
  readonly serving: string
}

/** The most that a call may spend, until its usage is known. */
export interface Reservation {
  settle(spent: Spending): void
}

/**
 * The budgets of all runs. A call reserves the most that it may spend before it is made, and settles its usage
 * afterwards, so that concurrent calls cannot exceed a limit together. When nothing is left, a call waits for the calls
 * in progress, which may spend less than they reserved. The budget is used up only when no call is in progress.
 */
export class BudgetKeeper {
  readonly #budgets: Budgets
  readonly #runs = new Map<string, Map<string, BudgetAccount>>()
  readonly #waiting = new Set<() => void>()

  constructor(budgets: Budgets = {}) {
    this.#budgets = budgets
  }

  /**
   * @returns undefined, without waiting, if no budget applies
   * @throws MAESTRO_BUDGET_REACHED, MAESTRO_BUDGET_UNPRICED, the signal's reason
   */
  reserve(place: BudgetPlace, next: () => Spending, signal?: AbortSignal): Promise<Reservation> | undefined {
    const accounts = this.#accountsOf(place)
    return accounts.length === 0 ? undefined : this.#whenFree(accounts, place.serving, next(), signal)
  }

  /** Charges what an earlier process of a run has spent. */
  restore(run: string, { step, provider, serving, usage }: Spent): void {
    const spent: Spending = {
      usd: usage.cost,
      tokens: usage.inputTokens + usage.outputTokens,
      requests: usage.requests,
    }
    for (const account of this.#accountsOf({ run, step, provider, serving })) account.restore(spent)
  }

  endRun(run: string): void {
    this.#runs.delete(run)
  }

  async #whenFree(
    accounts: readonly BudgetAccount[],
    serving: string,
    next: Spending,
    signal: AbortSignal | undefined,
  ): Promise<Reservation> {
    for (;;) {
      signal?.throwIfAborted()
      const full = accounts.find((account) => account.refusal(serving, next, true) !== undefined)
      if (full === undefined) break
      const refusal = full.refusal(serving, next, false) ?? full.refusal(serving, next, true)
      if (!full.busy) throw refusal
      await this.#nextSettled(signal)
    }
    for (const account of accounts) account.reserve(next)
    return {
      settle: (spent) => {
        for (const account of accounts) account.settle(next, spent)
        const waiting = [...this.#waiting]
        this.#waiting.clear()
        for (const wake of waiting) wake()
      },
    }
  }

  #nextSettled(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }

  #accountsOf({ run = '', step, provider }: BudgetPlace): readonly BudgetAccount[] {
    const { run: whole, steps = {}, providers = {} } = this.#budgets
    const scopes = [
      ['the run', whole],
      [`step ${step}`, step !== undefined && Object.hasOwn(steps, step) ? steps[step] : undefined],
      [`provider ${provider}`, Object.hasOwn(providers, provider) ? providers[provider] : undefined],
    ] as const
    return scopes.flatMap(([scope, cap]) => {
      if (cap === undefined) return []
      const accounts = this.#runs.get(run) ?? new Map<string, BudgetAccount>()
      this.#runs.set(run, accounts)
      const account = accounts.get(scope) ?? new BudgetAccount(scope, cap)
      accounts.set(scope, account)
      return [account]
    })
  }
}
