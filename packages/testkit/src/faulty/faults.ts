import { boundedCall, type CallOptions, type LLMResult, maestroError, servingError } from '@maestro-dataflow/core'

/** The faults of calls, in the order in which one is drawn. */
export const faultNames = [
  'rateLimited',
  'overloaded',
  'server',
  'connection',
  'unauthorized',
  'brokenReply',
  'cutJson',
  'hang',
  'slow',
] as const

/**
 * - `rateLimited`: 429 with a waiting time. `overloaded`: 503. `server`: 500. `unauthorized`: 401.
 * - `connection`: the connection breaks. `brokenReply`: an HTML page instead of the reply.
 * - `cutJson`: the answer arrives and is charged, but its text ends in the middle. For kinds other than language
 *   models: a reply that cannot be read.
 * - `hang`: no answer, ever; the call ends by its signal or time-out.
 * - `slow`: the answer arrives later.
 */
export type FaultName = (typeof faultNames)[number]

/** The severity of the faults. */
export interface FaultSettings {
  /** The waiting time of a rate limit. @default 50 */
  readonly retryAfterMs: number
  /** The delay of a slow answer. @default 50 */
  readonly slowMs: number
}

/** What a call with a fault does instead. */
export function meetFault(
  fault: FaultName,
  serving: string,
  { retryAfterMs, slowMs }: FaultSettings,
  options: CallOptions,
  proceed: () => Promise<unknown>,
): Promise<unknown> {
  const failing = (failure: Parameters<typeof servingError>[1]) =>
    boundedCall({ serving, ...options }, () => Promise.reject(servingError(serving, failure)))
  switch (fault) {
    case 'rateLimited':
      return failing({ status: 429, reason: 'too many requests', rateLimits: { retryAfterMs } })
    case 'overloaded':
      return failing({ status: 503, reason: 'the model is overloaded' })
    case 'server':
      return failing({ status: 500, reason: 'internal server error' })
    case 'connection':
      return failing({ reason: 'ECONNRESET: the connection was reset' })
    case 'unauthorized':
      return failing({ status: 401, reason: 'the key is unknown' })
    case 'brokenReply':
      return boundedCall({ serving, ...options }, () =>
        Promise.reject(brokenReply(serving, '<html>Bad gateway</html>')),
      )
    case 'cutJson':
      return proceed().then((result) => cutInTheMiddle(serving, result))
    case 'hang':
      return boundedCall({ serving, ...options }, () => new Promise<never>(() => undefined))
    case 'slow':
      return boundedCall({ serving, ...options }, () => new Promise((resolve) => setTimeout(resolve, slowMs))).then(
        proceed,
      )
  }
}

function cutInTheMiddle(serving: string, result: unknown): LLMResult {
  if (!isAnswer(result)) throw brokenReply(serving, 'the reply ends in the middle')
  const { object: _, ...answer } = result
  return { ...answer, text: answer.text.slice(0, Math.floor(answer.text.length / 2)).toWellFormed() }
}

const isAnswer = (result: unknown): result is LLMResult =>
  typeof result === 'object' && result !== null && 'finishReason' in result

const brokenReply = (serving: string, reason: string) =>
  maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason })
