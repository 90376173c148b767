import type { CallOutcome } from './limiter.js'

/**
 * What an outcome says of the provider:
 * - `answered`: it takes calls
 * - `refused`: it takes no more just now
 * - `overloaded`: it is refused, because the server has too much to do
 * - `lost`: no answer came, as when a server has too much to do
 * - `other`: nothing of its load
 */
export type Verdict = 'answered' | 'refused' | 'overloaded' | 'lost' | 'other'

export function verdictOf({ error }: CallOutcome): Verdict {
  switch (error?.code) {
    case undefined:
      return 'answered'
    case 'MAESTRO_SERVING_RATE_LIMITED':
      return 'refused'
    case 'MAESTRO_SERVING_OVERLOADED':
      return 'overloaded'
    case 'MAESTRO_SERVING_TIMEOUT':
    case 'MAESTRO_SERVING_CONNECTION':
      return 'lost'
    default:
      return 'other'
  }
}
