import { boundedCall, type CallOptions, type LLMResult, maestroError, servingError } from '@maestro-dataflow/core'

/** What can go wrong with a call, in the order in which one is drawn. */
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
 * - `rateLimited`: 429 with how long to wait. `overloaded`: 503. `server`: 500. `unauthorized`: 401.
 * - `connection`: the connection breaks. `brokenReply`: a page of HTML where the reply should be.
 * - `cutJson`: the answer is given, and paid for, but its text ends in the middle. Other kinds than language models: a
 *   reply that cannot be read.
 * - `hang`: no answer, ever; the call ends by its signal or time-out.
 * - `slow`: the answer comes later.
 */
export type FaultName = (typeof faultNames)[number]

/** How bad the faults are. */
export interface FaultSettings {
  /** How long one is told to wait when rate limited. @default 50 */
  readonly retryAfterMs: number
  /** How much later a slow answer comes. @default 50 */
  readonly slowMs: number
}

/** What a call that has met a fault does instead of being made. */
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
      return failing({ status: 401, reason: 'the key is not known' })
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
