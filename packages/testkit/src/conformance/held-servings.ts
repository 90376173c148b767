import type { CallOptions, Serving } from '@maestro-dataflow/core'

const methods = new Set<PropertyKey>(['generate', 'embed', 'rerank', 'transcribe'])

/** Knows the calls to servings that are in progress, and can hold them until their signals fire. */
export class HeldServings {
  /** Whether calls wait for their signal instead of being answered. */
  hold = false
  /** Called at the start of each held call. */
  onHeld: () => void = () => undefined
  /** Calls wait for this before they are answered. */
  until: Promise<unknown> | undefined
  #inProgress = 0

  get inProgress(): number {
    return this.#inProgress
  }

  /** The same serving, whose calls are counted and may be held. */
  readonly watch = <S extends Serving>(serving: S): S =>
    new Proxy(serving, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (!methods.has(name)) return value.bind(target)
        return (...call: readonly unknown[]) => this.#call(() => Reflect.apply(value, target, call), call.at(-1))
      },
    })

  async #call(work: () => unknown, last: unknown): Promise<unknown> {
    this.#inProgress++
    try {
      if (this.hold) await this.#untilFired(last)
      await this.until
      return await work()
    } finally {
      this.#inProgress--
    }
  }

  /** A call without a signal is never answered, as by a provider that hangs. */
  #untilFired(last: unknown): Promise<never> {
    const { signal } = ((typeof last === 'object' ? last : undefined) ?? {}) as CallOptions
    return new Promise((_, reject) => {
      const end = () => reject(signal?.reason)
      signal?.addEventListener('abort', end, { once: true })
      if (signal?.aborted === true) end()
      this.onHeld()
    })
  }
}
