import { type CallOptions, maestroError, type RateLimits, readRateLimits } from '@maestro-dataflow/core'
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
  read(response: Response): Promise<Result>
}

/**
 * Makes one request: within the caller's signal and time-out, every failure a typed error, and what the server says of
 * its limits with the result.
 *
 * @throws MAESTRO_SERVING_* by what the server answers, _TIMEOUT, _ABORTED
 */
export async function callServer<Result extends object>(
  connection: Connection,
  { serving, options, send, read }: ServingCall<Result>,
): Promise<Result & { readonly rateLimits?: RateLimits }> {
  const { signal, timeout } = options
  const stop = new AbortController()
  const abort = () => stop.abort(maestroError('MAESTRO_SERVING_ABORTED', { serving }, signal?.reason))
  const late = (milliseconds: number) => stop.abort(maestroError('MAESTRO_SERVING_TIMEOUT', { serving, milliseconds }))
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort)
  const timer = timeout === undefined ? undefined : setTimeout(late, timeout, timeout)
  try {
    stop.signal.throwIfAborted()
    const client = await connection.client()
    const response = await send(client, { signal: stop.signal })
    const rateLimits = readRateLimits(response.headers)
    const result = await read(response)
    return rateLimits === undefined ? result : { ...result, rateLimits }
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : toServingError(serving, connection, error)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
