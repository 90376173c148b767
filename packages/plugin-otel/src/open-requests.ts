import type { LLMRequest, RequestDoneEvent, RequestEvent } from '@maestro-dataflow/core'

interface Open {
  /** Undefined: several requests are under way for the row. */
  request: LLMRequest | undefined
  count: number
}

/**
 * The requests under way, so that what was asked can be told when it is done. The two events have no name in common
 * but their row: of several requests at once for one row it cannot be said which is which, and none is told.
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

  /** @returns what was asked, where that is certain */
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
