import type { ServingLimits } from '../../contracts/serving-settings.js'
import { Account } from './account.js'
import { AdaptiveLimiter } from './adaptive-limiter.js'
import { leastLimits } from './least-limits.js'
import type { JoinedLimiter, LimiterPlace } from './limiter.js'

/** A limiter and the limits that each of its servings has set. */
interface Shared {
  readonly limiter: AdaptiveLimiter
  readonly limits: Set<ServingLimits & { readonly total: number | undefined }>
}

/** The accounts and limiters of this process. What is learnt about them outlives runs, pipelines, and sessions. */
const accounts = new Map<string, Account>()
const limiters = new Map<string, Shared>()

/**
 * The limiter of a serving. Servings of one account and model share a limiter, whatever run or pipeline they belong to,
 * and all models of an account share a cool-down. Among the limits that current servings set, the lowest applies.
 */
export function joinLimiter({ account, model, limits, total }: LimiterPlace): JoinedLimiter {
  const shared = account === undefined ? create(new Account()) : sharedLimiter(account, model)
  const own = { ...limits, total }
  shared.limits.add(own)
  apply(shared)
  return {
    limiter: shared.limiter,
    leave() {
      shared.limits.delete(own)
      apply(shared)
    },
  }
}

function sharedLimiter(account: string, model: string): Shared {
  const key = JSON.stringify([account, model])
  const known = limiters.get(key)
  if (known !== undefined) return known
  const owner = accounts.get(account) ?? new Account()
  accounts.set(account, owner)
  const made = create(owner)
  limiters.set(key, made)
  return made
}

function create(account: Account): Shared {
  return { limiter: new AdaptiveLimiter(account), limits: new Set() }
}

function apply({ limiter, limits }: Shared): void {
  limiter.limit(leastLimits(limits), Math.min(...[...limits].map(({ total = Number.POSITIVE_INFINITY }) => total)))
}
