import type { LLMRequest, RequestDoneEvent, RequestEvent } from '@maestro-dataflow/core'

interface Open {
  /** Undefined if several requests for the row are in progress. */
  request: LLMRequest | undefined
  count: number
}

/**
 * The requests in progress, so that the messages of a request can be reported when it is done. The two events share
 * only their row. If several requests for one row are in progress, they cannot be matched, and no messages are
 * reported.
 */
export class OpenRequests {
  readonly #open = new Map<string, Open>()

  start(event: RequestEvent): RequestEvent {
    const key = keyOf(event)
    const known = this.#open.get(key)
    if (known === undefined) this.#open.set(key, { request: event.request, count: 1 })
    else {
      known.request = undefined
      known.count++
    }
    return event
  }

  /** @returns the request, if it is certain */
  end(event: RequestDoneEvent): LLMRequest | undefined {
    const key = keyOf(event)
    const known = this.#open.get(key)
    if (known === undefined) return undefined
    if (--known.count === 0) this.#open.delete(key)
    return known.request
  }
}

const keyOf = ({ serving, run, step, rowId }: RequestEvent | RequestDoneEvent): string =>
  JSON.stringify([serving, run, step, rowId])
