import type { Budgets } from '../../contracts/serving-settings.js'
import type { Spent } from '../answers/run-answers.js'
import type { LimitGates } from '../limiter/shared/limit-gates.js'
import { SharedRunBudget } from './shared-run-budget.js'
import { BudgetAccount, type Spending } from './spending.js'

/** How soon a call that waits for other processes looks again. */
const pollMs = 200

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
  readonly #gates: LimitGates | undefined
  readonly #shared = new Map<string, SharedRunBudget>()

  /** @param gates The gates to the store of shared budgets, if there is one. */
  constructor(budgets: Budgets = {}, gates?: LimitGates) {
    this.#budgets = budgets
    this.#gates = gates
  }

  /**
   * @returns undefined, without waiting, if no budget applies
   * @throws MAESTRO_BUDGET_REACHED, MAESTRO_BUDGET_UNPRICED, the signal's reason
   */
  reserve(place: BudgetPlace, next: () => Spending, signal?: AbortSignal): Promise<Reservation> | undefined {
    const accounts = this.#accountsOf(place)
    if (accounts.length === 0) return undefined
    const shared = place.run === undefined ? undefined : this.#sharedBudget(place.run)
    return shared === undefined
      ? this.#whenFree(accounts, place.serving, next(), signal)
      : this.#whenSharedFree(shared, accounts, place.serving, next(), signal)
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

  async endRun(run: string): Promise<void> {
    const shared = this.#shared.get(run)
    this.#shared.delete(run)
    this.#runs.delete(run)
    await shared?.end()
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
    return this.#reservation(accounts, next)
  }

  /** The same with budgets that other processes use too. While their store is away, the call keeps to a safe share. */
  async #whenSharedFree(
    shared: SharedRunBudget,
    accounts: readonly BudgetAccount[],
    serving: string,
    next: Spending,
    signal: AbortSignal | undefined,
  ): Promise<Reservation> {
    for (;;) {
      signal?.throwIfAborted()
      const unpriced = accounts.map((account) => account.unpriced(serving, next)).find((error) => error !== undefined)
      if (unpriced !== undefined) throw unpriced
      const grant = await shared.reserve(accounts, next)
      if (grant?.granted === true) break
      const isBusy = grant?.states.some(({ held }) => Object.values(held).some((amount) => amount > 0)) ?? true
      const refusal = accounts
        .map((account, index) => {
          const state = grant?.states[index]
          return state === undefined ? account.refusalOfShare(serving, next) : account.refusalOf(serving, next, state)
        })
        .find((error) => error !== undefined)
      if (refusal === undefined && grant === undefined) {
        for (const account of accounts) account.reserve(next)
        break
      }
      if (refusal !== undefined && !isBusy) throw refusal
      await this.#nextSettled(signal, pollMs)
    }
    return this.#reservation(accounts, next, shared)
  }

  #reservation(accounts: readonly BudgetAccount[], next: Spending, shared?: SharedRunBudget): Reservation {
    return {
      settle: (spent) => {
        for (const account of accounts) account.settle(next, spent)
        shared?.tell()
        const waiting = [...this.#waiting]
        this.#waiting.clear()
        for (const wake of waiting) wake()
      },
    }
  }

  #sharedBudget(run: string): SharedRunBudget | undefined {
    const gates = this.#gates
    if (gates?.store === undefined) return undefined
    const shared = this.#shared.get(run) ?? new SharedRunBudget(run, gates)
    this.#shared.set(run, shared)
    return shared
  }

  /** @param atMostMs For calls of other processes, whose end is not heard of. */
  #nextSettled(signal: AbortSignal | undefined, atMostMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer = atMostMs === undefined ? undefined : setTimeout(wake, atMostMs)
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
