import type { CallOutcome } from './limiter.js'

/**
 * What an outcome says of the provider:
 * - `answered`: it takes calls, though the request of this one may be at fault
 * - `refused`: it took this one not, because it takes no more just now or by chance
 * - `lost`: no answer came in time, as when a server has too much to do
 */
export type Verdict = 'answered' | 'refused' | 'lost'

export function verdictOf({ error }: CallOutcome): Verdict {
  switch (error?.code) {
    case 'MAESTRO_SERVING_RATE_LIMITED':
    case 'MAESTRO_SERVING_OVERLOADED':
    case 'MAESTRO_SERVING_SERVER':
    case 'MAESTRO_SERVING_CONNECTION':
      return 'refused'
    case 'MAESTRO_SERVING_TIMEOUT':
      return 'lost'
    default:
      return 'answered'
  }
}
