import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import type { Limiter } from '../limiter/limiter.js'
import type { MisfitStreak } from './misfit-streak.js'
import type { RetriedProvider } from './retry.js'

/** Fewer failures may be peculiar to these calls: they may have to wait long while other calls are answered. */
const leastFailures = 12

/**
 * Watches a provider while its calls are retried. When it returns nothing but failures, all calls stop.
 *
 * @param outage How long that is tolerated, in milliseconds.
 * @param run Failures before this run do not count.
 */
export function watchOutage(
  serving: string,
  outage: number,
  limiter: Pick<Limiter, 'answers' | 'failing' | 'giveUp'>,
  misfits: Pick<MisfitStreak, 'isLong'>,
  run: string | undefined,
): RetriedProvider {
  return {
    get isOut() {
      // A provider that has never answered may not exist at all, so it fails early.
      return limiter.answers > 0 && (limiter.failing(run)?.failures ?? 0) >= leastFailures
    },
    get sendsMisfits() {
      return misfits.isLong
    },
    check(error: MaestroError, tooLongMs: number | undefined) {
      const failing = limiter.failing(run)
      if (failing === undefined || failing.failures < leastFailures) return
      if (tooLongMs === undefined && failing.lastingMs < outage) return
      const since = new Date(failing.since).toISOString()
      const { failures } = failing
      const wait = tooLongMs === undefined ? {} : { retryAfterMs: Math.round(tooLongMs) }
      const details = { serving, since, failures, reason: error.message, ...wait }
      const unavailable = maestroError('MAESTRO_SERVING_UNAVAILABLE', details, error)
      limiter.giveUp(unavailable)
      throw unavailable
    },
  }
}
