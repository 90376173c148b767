import type { ComponentDefinition } from './component-definition.js'
import type { Budget, ServingLimits } from './serving-settings.js'

/** Where a limit holds: for one model of one account. A penalty holds for all models of the account. */
export interface SharedLimitPlace {
  /** A hash, so that no key of a provider reaches the store. */
  readonly account: string
  readonly model: string
}

/**
 * What one process tells the store, and what it asks for, in one step. What it holds is told in full each time, so that a
 * step that was lost or repeated does no harm.
 */
export interface LimitExchange {
  /** Identifies the process. What it holds is free again when it has not been heard of for the time of the lease. */
  readonly holder: string
  readonly leaseMs: number
  readonly limits: ServingLimits
  /** The number of its calls in progress. */
  readonly inFlight: number
  /** The tokens that ended calls took beyond their reservation; negative if they took less. */
  readonly tokens: number
  /** How long the provider asks all calls of the account to wait. */
  readonly penaltyMs: number
  /** The tokens that each waiting call reserves, in the order of the calls. */
  readonly calls: readonly number[]
}

/** The answer of the store. */
export interface LimitGrant {
  /** The number of waiting calls that may be made now, from the first on. */
  readonly granted: number
  /** The milliseconds until it is worth asking for the next call; 0 if none is left. */
  readonly waitMs: number
  /** The remaining milliseconds of a penalty. */
  readonly penaltyMs: number
  /** The number of processes that were heard of lately, this one included. */
  readonly holders: number
}

/** Amounts of a budget's units. */
export interface BudgetAmounts {
  readonly usd: number
  readonly tokens: number
  readonly requests: number
}

/** What one process tells about one budget, and what it asks for. */
export interface BudgetPart {
  /** What the budget is for, such as `the run`. */
  readonly scope: string
  readonly cap: Budget
  /** What an earlier process of the run has recorded as spent, which the store may have forgotten. */
  readonly atLeast: BudgetAmounts
  /** All that this process has spent in the run. */
  readonly spent: BudgetAmounts
  /** What its calls in progress have reserved. */
  readonly held: BudgetAmounts
}

/** The budgets that apply to a call, in one step. */
export interface BudgetExchange {
  readonly run: string
  /** Identifies the process. What it holds counts as spent when it has not been heard of for the time of the lease. */
  readonly holder: string
  readonly leaseMs: number
  readonly parts: readonly BudgetPart[]
  /** What the next call may spend: it is reserved in every budget, or in none. */
  readonly next: BudgetAmounts
}

/** The state of the budgets of an exchange. */
export interface BudgetGrant {
  /** Whether every budget had room for the next call. */
  readonly granted: boolean
  /** What all processes have spent, and what they hold without the next call, in the order of the parts. */
  readonly states: readonly { readonly spent: BudgetAmounts; readonly held: BudgetAmounts }[]
  /** The number of processes that were heard of lately, this one included. */
  readonly holders: number
}

/**
 * The store of the limits and budgets that several processes share. Each method is one atomic step, and the store's own
 * clock is the only one that counts. When it cannot be reached, its methods reject; the processes then keep to a safe share
 * of the limits until it is back.
 */
export interface SharedLimits {
  exchange(place: SharedLimitPlace, exchange: LimitExchange): Promise<LimitGrant>
  spend(exchange: BudgetExchange): Promise<BudgetGrant>
  dispose(): Promise<void>
}

/** A store of shared limits as a plugin contributes it. */
export type SharedLimitsDefinition = ComponentDefinition<SharedLimits>
