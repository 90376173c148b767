import type { VectorMetadata } from '@maestro-dataflow/core'
import { termsOf } from '../table/sql.js'

/** The rows of each metadata value, computed for the first filter. */
export class MetadataRows {
  readonly #count: number
  readonly #read: (row: number) => VectorMetadata | undefined
  #rows: Map<string, number[]> | undefined

  constructor(count: number, read: (row: number) => VectorMetadata | undefined) {
    this.#count = count
    this.#read = read
  }

  /** The rows that match a filter, in order. */
  matching(filter: VectorMetadata): readonly number[] {
    this.#rows ??= this.#sort()
    const [shortest = [], ...others] = termsOf(filter)
      .map((term) => this.#rows?.get(term) ?? [])
      .sort((a, b) => a.length - b.length)
    const sets = others.map((rows) => new Set(rows))
    return shortest.filter((row) => sets.every((rows) => rows.has(row)))
  }

  #sort(): Map<string, number[]> {
    const sorted = new Map<string, number[]>()
    for (let row = 0; row < this.#count; row++)
      for (const term of termsOf(this.#read(row))) {
        const rows = sorted.get(term)
        if (rows === undefined) sorted.set(term, [row])
        else rows.push(row)
      }
    return sorted
  }
}
