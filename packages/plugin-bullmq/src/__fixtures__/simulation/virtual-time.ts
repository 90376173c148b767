const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = globalThis
const now = performance.now.bind(performance)
const date = Date.now

interface Timer {
  at: number
  readonly order: number
  readonly call: () => void
  /** The milliseconds between two calls of an interval. */
  readonly every: number | undefined
}

/** The timers and clocks of this process, with a time that passes at once whenever nothing else is left to do. */
export class VirtualTime {
  /** Milliseconds since its beginning. */
  now = 0
  readonly #timers: Timer[] = []
  readonly #cleared = new Set<number>()
  #order = 0

  /** Runs the work in virtual time. @param most The virtual milliseconds that it may take. */
  async run<Result>(most: number, work: () => Promise<Result>): Promise<Result> {
    this.#install()
    try {
      let ended = false
      const result = work().finally(() => {
        ended = true
      })
      result.catch(() => undefined)
      for (;;) {
        await new Promise<void>((resolve) => void setImmediate(resolve))
        if (ended) return await result
        const first = this.#timers[0]
        if (first === undefined) throw new Error('it waits for nothing')
        if (first.at > most) throw new Error(`it has not ended after ${most / 1000} s`)
        this.now = first.at
        while (this.#timers[0]?.at === this.now) this.#callNext()
      }
    } finally {
      Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval })
      performance.now = now
      Date.now = date
    }
  }

  #callNext(): void {
    const timer = this.#pop()
    if (timer === undefined || this.#cleared.delete(timer.order)) return
    if (timer.every !== undefined) this.#push({ ...timer, at: this.now + timer.every })
    timer.call()
  }

  #install(): void {
    const start = (call: () => void, wait: number | undefined, every: number | undefined) => {
      const order = this.#order++
      this.#push({ at: this.now + Math.max(1, Math.round(wait ?? 1)), order, every, call })
      const handle = { order, unref: () => handle, ref: () => handle }
      return handle
    }
    const clear = (handle: { readonly order: number } | undefined) => {
      if (handle !== undefined) this.#cleared.add(handle.order)
    }
    Object.assign(globalThis, {
      setTimeout: (call: () => void, wait?: number) => start(call, wait, undefined),
      setInterval: (call: () => void, wait?: number) => start(call, wait, Math.max(1, Math.round(wait ?? 1))),
      clearTimeout: clear,
      clearInterval: clear,
    })
    performance.now = () => this.now
    Date.now = () => this.now
  }

  /** A binary heap, the earliest first. */
  #push(timer: Timer): void {
    const heap = this.#timers
    let at = heap.push(timer) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!isBefore(timer, heap[above] as Timer)) break
      heap[at] = heap[above] as Timer
      at = above
    }
    heap[at] = timer
  }

  #pop(): Timer | undefined {
    const heap = this.#timers
    const first = heap[0]
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) this.#sink(last)
    return first
  }

  #sink(timer: Timer): void {
    const heap = this.#timers
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Timer, heap[below] as Timer)) below++
      if (!isBefore(heap[below] as Timer, timer)) break
      heap[at] = heap[below] as Timer
      at = below
    }
    heap[at] = timer
  }
}

const isBefore = (one: Timer, other: Timer) => one.at < other.at || (one.at === other.at && one.order < other.order)
