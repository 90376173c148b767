import type { CallOutcome } from './limiter.js'

/**
 * What an outcome says about the provider:
 * - `answered`: it accepts calls, although this request may be at fault
 * - `refused`: it refused this call, because it accepts no more at the moment or by chance
 * - `lost`: no answer arrived in time, for example because the server is overloaded
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
