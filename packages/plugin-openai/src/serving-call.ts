import { boundedCall, type CallOptions, MaestroError, type RateLimits, readRateLimits } from '@maestro-dataflow/core'
import type { Connection } from './connection.js'
import { type Sender, senderOf } from './send-request.js'
import { toServingError } from './to-serving-error.js'

/** One request: what is sent where, and how its answer is read. */
export interface ServingCall<Result> {
  readonly serving: string
  readonly options: CallOptions
  /** What follows the address of the server. */
  readonly path: string
  readonly body: object
  /** @param send Sends further requests of the same call. */
  read(response: Response, send: Sender): Promise<Result>
}

/**
 * Makes one request within the caller's signal and time-out. Every failure is a typed error, and the result includes
 * the limits that the server reports.
 *
 * @throws MAESTRO_SERVING_* depending on the server's answer, _TIMEOUT, _ABORTED
 */
export function callServer<Result extends object>(
  connection: Connection,
  { serving, options: { signal, timeout }, path, body, read }: ServingCall<Result>,
): Promise<Result & { readonly rateLimits?: RateLimits }> {
  const toError = (error: unknown) => (MaestroError.is(error) ? error : toServingError(serving, error))
  return boundedCall({ serving, signal, timeout, toError }, async (bounded) => {
    const send = senderOf(serving, connection, bounded)
    const response = await send(path, body)
    const rateLimits = readRateLimits(response.headers)
    const result = await read(response, send)
    return rateLimits === undefined ? result : { ...result, rateLimits }
  })
}
