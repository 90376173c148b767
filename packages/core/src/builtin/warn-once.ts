import type { Logger } from '../contracts/logger.js'
import { reasonOf } from '../errors/reason-of.js'

/** A cache that is down fails at every row, which one warning reports. */
export function warnOnce(logger: Logger, message: string): (error: unknown) => void {
  let warned = false
  return (error) => {
    if (!warned) logger.warn(message, { reason: reasonOf(error) })
    warned = true
  }
}
