import type { DuckDBConnection } from '@duckdb/node-api'
import { columnsOf } from '../../../engine/choose-lines.js'
import type { MatchReader } from './copy-joined.js'

const none: readonly string[] = []

/** The added members of a query of pairs, which are in the order of the left positions. */
export class QueriedMatches implements MatchReader {
  readonly #pairs: AsyncGenerator<readonly (readonly (number | string)[])[]>
  /** The members of each right position, if they are held. */
  readonly #held: readonly string[] | undefined
  #positions: readonly number[] = []
  #members: readonly (number | string)[] = []
  #next = 0
  #isDone = false

  /** @param query The left position, and the right position or the members if they are not held. */
  constructor(connection: DuckDBConnection, query: string, held: readonly string[] | undefined) {
    this.#pairs = columnsOf<number | string>(connection, query)
    this.#held = held
  }

  at(position: number): readonly string[] | Promise<readonly string[]> {
    // All pairs of the row are in the chunk if another row follows in it.
    if (!this.#isDone && this.#positions.at(-1) === position) return this.#beyond(position)
    if (!this.#isDone && this.#next === this.#positions.length) return this.#beyond(position)
    return this.#take(position)
  }

  #take(position: number): readonly string[] {
    if (this.#positions[this.#next] !== position) return none
    const found: string[] = []
    for (; this.#positions[this.#next] === position; this.#next++) {
      const members = this.#members[this.#next] ?? ''
      found.push(typeof members === 'number' ? (this.#held?.[members] ?? '') : members)
    }
    return found
  }

  /** Reads on, because pairs of the row may be in the next chunks. */
  async #beyond(position: number): Promise<readonly string[]> {
    const found = [...this.#take(position)]
    while (!this.#isDone && this.#next === this.#positions.length) {
      const { done, value } = await this.#pairs.next()
      this.#isDone = done === true
      if (value === undefined) continue
      this.#positions = (value as readonly (readonly (number | string)[])[])[0] as readonly number[]
      this.#members = (value as readonly (readonly (number | string)[])[])[1] ?? []
      this.#next = 0
      found.push(...this.#take(position))
    }
    return found
  }
}
