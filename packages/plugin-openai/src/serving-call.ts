import { boundedCall, type CallOptions, type RateLimits, readRateLimits } from '@maestro-dataflow/core'
import type { OpenAI } from 'openai'
import type { Connection } from './connection.js'
import { toServingError } from './to-serving-error.js'

/** The options of the client's requests. */
export interface RequestSettings {
  readonly signal: AbortSignal
}

/** One request: how to send it and how to read its answer. */
export interface ServingCall<Result> {
  readonly serving: string
  readonly options: CallOptions
  send(client: OpenAI, settings: RequestSettings): Promise<Response>
  read(response: Response, client: OpenAI, settings: RequestSettings): Promise<Result>
}

/**
 * Makes one request within the caller's signal and time-out. Every failure is a typed error, and the result includes
 * the limits that the server reports.
 *
 * @throws MAESTRO_SERVING_* depending on the server's answer, _TIMEOUT, _ABORTED
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
