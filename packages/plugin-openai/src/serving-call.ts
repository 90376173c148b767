import { boundedCall, type CallOptions, type RateLimits, readRateLimits } from '@maestro-dataflow/core'
import type { OpenAI } from 'openai'
import type { Connection } from './connection.js'
import { toServingError } from './to-serving-error.js'

/** What goes with a request of the client. */
export interface RequestSettings {
  readonly signal: AbortSignal
}

/** One request: how it is sent and how its answer is read. */
export interface ServingCall<Result> {
  readonly serving: string
  readonly options: CallOptions
  send(client: OpenAI, settings: RequestSettings): Promise<Response>
  read(response: Response, client: OpenAI, settings: RequestSettings): Promise<Result>
}

/**
 * Makes one request: within the caller's signal and time-out, every failure a typed error, and what the server says of
 * its limits with the result.
 *
 * @throws MAESTRO_SERVING_* by what the server answers, _TIMEOUT, _ABORTED
 */
export function callServer<Result extends object>(
  connection: Connection,
  { serving, options: { signal, timeout }, send, read }: ServingCall<Result>,
): Promise<Result & { readonly rateLimits?: RateLimits }> {
  const toError = (error: unknown) => toServingError(serving, connection, error)
  return boundedCall({ serving, signal, timeout, toError }, async (bounded) => {
    const client = await connection.client()
    const settings = { signal: bounded }
    const response = await send(client, settings)
    const rateLimits = readRateLimits(response.headers)
    const result = await read(response, client, settings)
    return rateLimits === undefined ? result : { ...result, rateLimits }
  })
}
