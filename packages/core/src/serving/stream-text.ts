import type { CallOptions, LLMResult } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { reasonOf } from '../errors/reason-of.js'
import { AnswerPieces } from './answers/answer-pieces.js'

type Ask = (options: CallOptions) => Promise<LLMResult>

/** Notes whether a part of the answer has been passed on; from then on, no other attempt may answer. */
export function hearText<Options extends CallOptions>(
  options: Options,
): { readonly options: Options; readonly heard: { readonly text: boolean } } {
  const { onText } = options
  const heard = { text: false }
  if (onText === undefined) return { options, heard }
  return {
    heard,
    options: {
      ...options,
      onText: (text) => {
        heard.text = true
        onText(text)
      },
    },
  }
}

/**
 * Passes the pieces of each attempt on without the reasoning. An attempt that fails after its first piece is the last
 * one.
 *
 * @throws MAESTRO_SERVING_BROKEN_OFF, and what the attempts throw
 */
export function unlessBrokenOff(serving: string, { onText }: CallOptions, ask: Ask): Ask {
  if (onText === undefined) return ask
  let failure: unknown
  let isHeard = false
  const brokenOff = () =>
    maestroError('MAESTRO_SERVING_BROKEN_OFF', { serving, reason: reasonOf(failure ?? 'it took too long') }, failure)
  return async (options) => {
    // The attempt before may have ended by its time-out.
    if (isHeard) throw brokenOff()
    const pieces = new AnswerPieces((text) => {
      isHeard = true
      onText(text)
    })
    try {
      const result = await ask({ ...options, onText: (text) => pieces.add(text) })
      pieces.finish(result.text)
      return result
    } catch (error) {
      failure = error
      throw isHeard && options.signal?.aborted !== true ? brokenOff() : error
    }
  }
}

/**
 * Yields the pieces of an answer as they arrive, and returns the result. If the reader stops, the call stops too.
 *
 * @param ask Makes the call.
 */
export async function* streamText(given: CallOptions, ask: Ask): AsyncGenerator<string, LLMResult> {
  const stop = new AbortController()
  const signal = given.signal === undefined ? stop.signal : AbortSignal.any([given.signal, stop.signal])
  const pieces: string[] = []
  let wake = (): void => undefined
  let isDone = false
  let isHeard = false
  const call = ask({
    ...given,
    signal,
    onText: (text) => {
      pieces.push(text)
      wake()
    },
  })
  const ended = () => {
    isDone = true
    wake()
  }
  call.then(ended, ended)
  try {
    for (;;) {
      while (pieces.length > 0) {
        isHeard = true
        yield pieces.splice(0).join('')
      }
      if (isDone) break
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const result = await call
    if (!isHeard && result.text !== '') yield result.text
    return result
  } finally {
    stop.abort()
  }
}
