import { hash } from 'node:crypto'
import type { Batch, Row } from '../../contracts/row.js'
import { encodeStepValue } from '../../provider/step-codec.js'
import type { RowOutput } from '../run-outputs.js'
import type { AskedRows } from './question-columns.js'

/** Beyond this number, rows that are equal count once each. */
const mostQuestions = 1_000_000

/**
 * Counts all rows and chooses some of them at random (a reservoir). With columns, rows that are equal in these columns
 * count once. The choice is the same each time, so that a second estimate finds its answers in the cache.
 */
export class ChosenRows implements RowOutput {
  /** The number of rows, and of rows that lead to a question of their own. */
  rows = 0
  questions = 0
  readonly chosen: Row[] = []
  readonly #count: number
  readonly #questions: DistinctRows | undefined
  readonly #ofSteps: ReadonlyMap<string, DistinctRows>
  readonly #isAsking: (row: Row) => boolean
  #random = 0x9e3779b9

  /**
   * @param columns The columns on which all questions depend; undefined if every row counts.
   * @param ofSteps The rows that steps ask about.
   * @param isAsking Whether a row leads to any question. Other rows are counted, and not chosen.
   */
  constructor(
    count: number,
    columns: readonly string[] | undefined,
    ofSteps: ReadonlyMap<string, AskedRows> = new Map(),
    isAsking: (row: Row) => boolean = () => true,
  ) {
    this.#count = count
    this.#questions = columns === undefined ? undefined : new DistinctRows(columns)
    this.#ofSteps = new Map(
      [...ofSteps].map(([step, { columns, matches }]) => [step, new DistinctRows(columns, matches)]),
    )
    this.#isAsking = isAsking
  }

  /** The number of different questions of a step, if every row reaches it that matches; undefined if unknown. */
  questionsOf(step: string): number | undefined {
    return this.#ofSteps.get(step)?.count
  }

  write({ rows }: Batch): void {
    for (const row of rows) {
      this.rows++
      for (const distinct of this.#ofSteps.values()) distinct.isNew(row)
      if (!this.#isAsking(row) || this.#questions?.isNew(row) === false) continue
      this.questions++
      if (this.chosen.length < this.#count) this.chosen.push(row)
      else {
        const place = Math.floor(this.#next() * this.questions)
        if (place < this.#count) this.chosen[place] = row
      }
    }
  }

  /** A number from 0 to 1 (mulberry32). */
  #next(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Counts the matching rows that differ in some columns. */
class DistinctRows {
  count = 0
  readonly #columns: readonly string[]
  readonly #known = new Set<string>()

  readonly #matches: (row: Row) => boolean

  constructor(columns: readonly string[], matches: (row: Row) => boolean = () => true) {
    this.#columns = columns
    this.#matches = matches
  }

  isNew(row: Row): boolean {
    if (!this.#matches(row)) return false
    const key = keyOf(this.#columns.map((column) => row[column]))
    if (key !== undefined && this.#known.has(key)) return false
    this.count++
    if (key !== undefined && this.#known.size < mostQuestions) this.#known.add(key)
    return true
  }
}

/** Undefined for values that cannot be compared, which count as different. */
function keyOf(values: readonly unknown[]): string | undefined {
  try {
    return hash('sha1', JSON.stringify(values.map(encodeStepValue)), 'base64')
  } catch {
    return undefined
  }
}
