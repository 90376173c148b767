import type { BudgetAmounts, BudgetGrant } from '../../contracts/shared-limits.js'
import { inTime } from '../limiter/shared/in-time.js'
import { leaseMs } from '../limiter/shared/limit-gate.js'
import type { LimitGates } from '../limiter/shared/limit-gates.js'
import type { BudgetAccount, Spending } from './spending.js'

const renewMs = leaseMs / 3
/** How long the store is left alone after a failure. */
const restMs = 1000
const nothing: BudgetAmounts = { usd: 0, tokens: 0, requests: 0 }

/**
 * The budgets of one run that several processes share. Exchanges with the store follow one another, because each tells in
 * full what this process has spent and holds.
 */
export class SharedRunBudget {
  readonly #run: string
  readonly #gates: LimitGates
  readonly #accounts = new Set<BudgetAccount>()
  #turn: Promise<unknown> = Promise.resolve()
  #awayUntil = 0
  #telling = false
  #timer: NodeJS.Timeout | undefined

  constructor(run: string, gates: LimitGates) {
    this.#run = run
    this.#gates = gates
  }

  /** Reserves what a call may spend, if every budget has room. @returns the state of the budgets; undefined without a store */
  reserve(accounts: readonly BudgetAccount[], next: Spending): Promise<BudgetGrant | undefined> {
    for (const account of accounts) this.#accounts.add(account)
    return this.#inTurn(async () => {
      const grant = await this.#exchange(accounts, { ...next, usd: next.usd ?? 0 })
      if (grant?.granted === true) for (const account of accounts) account.reserve(next)
      return grant
    })
  }

  /** Tells the store soon what has been spent, and renews the lease until all calls have ended. */
  tell(): void {
    if (this.#telling) return
    this.#telling = true
    void this.#inTurn(async () => {
      this.#telling = false
      await this.#exchange([...this.#accounts], nothing)
      clearTimeout(this.#timer)
      if ([...this.#accounts].some(({ busy }) => busy)) this.#timer = setTimeout(() => this.tell(), renewMs).unref()
    })
  }

  /** Tells the store for the last time. */
  async end(): Promise<void> {
    this.tell()
    await this.#turn
    clearTimeout(this.#timer)
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  async #exchange(accounts: readonly BudgetAccount[], next: BudgetAmounts): Promise<BudgetGrant | undefined> {
    const { store, holder } = this.#gates
    if (store === undefined || performance.now() < this.#awayUntil) return undefined
    try {
      const parts = accounts.map(({ part }) => part)
      const grant = await inTime(store.spend({ run: this.#run, holder, leaseMs, parts, next }))
      for (const [index, account] of accounts.entries()) {
        const state = grant.states[index]
        if (state !== undefined) account.learn(state, grant.holders)
      }
      this.#awayUntil = 0
      return grant
    } catch (error) {
      if (this.#awayUntil === 0) this.#gates.away(error)
      this.#awayUntil = performance.now() + restMs
      return undefined
    }
  }
}
