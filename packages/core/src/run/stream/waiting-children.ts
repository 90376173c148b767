import type { Child } from './chain-events.js'

/** Children of flatMaps that wait until there is room for them. */
export class WaitingChildren {
  #children: Child[] = []
  #next = 0
  #isStarting = false

  get size(): number {
    return this.#children.length
  }

  add(children: readonly Child[]): void {
    for (const child of children) this.#children.push(child)
  }

  /** Starts children, in order. A child that is done at once may add others, which start in the same loop. */
  start(hasRoom: () => boolean, start: (child: Child) => void): void {
    if (this.#isStarting) return
    this.#isStarting = true
    while (this.#next < this.#children.length && hasRoom()) {
      const child = this.#children[this.#next] as Child
      this.#next++
      if (this.#next === this.#children.length) {
        this.#children = []
        this.#next = 0
      }
      start(child)
    }
    this.#isStarting = false
  }
}
