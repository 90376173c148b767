import type { Batch } from '../../contracts/row.js'

/** A queue of batches between a producer and a consumer: the producer waits while the consumer lags behind. */
export class BatchQueue implements AsyncIterable<Batch> {
  readonly #batches: Batch[] = []
  #state:
    | { readonly kind: 'open' }
    | { readonly kind: 'ended' }
    | { readonly kind: 'failed'; readonly error: unknown }
    | { readonly kind: 'closed' } = { kind: 'open' }
  #wakeTaker: (() => void) | undefined
  #wakeGiver: (() => void) | undefined

  /** @returns a promise to await when a few batches are already waiting */
  write(batch: Batch): void | Promise<void> {
    if (this.#state.kind === 'closed') return
    this.#batches.push(batch)
    this.#wakeTaker?.()
    if (this.#batches.length < 4) return
    return new Promise((resolve) => {
      this.#wakeGiver = resolve
    })
  }

  end(): void {
    if (this.#state.kind === 'open') this.#state = { kind: 'ended' }
    this.#wakeTaker?.()
  }

  fail(error: unknown): void {
    if (this.#state.kind === 'open') this.#state = { kind: 'failed', error }
    this.#wakeTaker?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
    try {
      for (;;) {
        const batch = this.#batches.shift()
        this.#wakeGiver?.()
        this.#wakeGiver = undefined
        if (batch !== undefined) yield batch
        else if (this.#state.kind === 'failed') throw this.#state.error
        else if (this.#state.kind === 'ended') return
        else await new Promise<void>((resolve) => (this.#wakeTaker = resolve))
      }
    } finally {
      this.#state = { kind: 'closed' }
      this.#batches.length = 0
      this.#wakeGiver?.()
    }
  }
}
