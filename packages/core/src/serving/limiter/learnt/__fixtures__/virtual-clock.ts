/** An event at a time. */
export interface Timer {
  at: number
  order: number
  run: (() => void) | undefined
}

/** A heap of timers; `now` jumps from one to the next. */
export class Clock {
  now = 0
  #order = 0
  #heap: Timer[] = []

  after(ms: number, run: () => void): Timer {
    const timer: Timer = { at: this.now + Math.max(0, ms), order: this.#order++, run }
    const heap = this.#heap
    let at = heap.push(timer) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!before(timer, heap[above]!)) break
      heap[at] = heap[above]!
      at = above
    }
    heap[at] = timer
    return timer
  }

  /** @returns false if no timer is left */
  step(): boolean {
    const heap = this.#heap
    for (;;) {
      const first = heap[0]
      if (first === undefined) return false
      const last = heap.pop()!
      if (heap.length > 0) {
        let at = 0
        for (;;) {
          let below = 2 * at + 1
          if (below >= heap.length) break
          if (below + 1 < heap.length && before(heap[below + 1]!, heap[below]!)) below++
          if (!before(heap[below]!, last)) break
          heap[at] = heap[below]!
          at = below
        }
        heap[at] = last
      }
      const { run } = first
      if (run === undefined) continue
      first.run = undefined
      this.now = first.at
      run()
      return true
    }
  }
}

const before = (one: Timer, other: Timer) => one.at < other.at || (one.at === other.at && one.order < other.order)

/** Random numbers from a seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A normally distributed number. */
export const normal = (random: () => number) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
