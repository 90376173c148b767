import type { IdNumbers } from '../../contracts/numbered-ids.js'
import type { RowId } from '../../contracts/row.js'
import { numberAt, numberStart } from '../source/id-number.js'

/** The maximum number of prefixes. Ids with further prefixes are kept like any other id. */
const mostPrefixes = 10_000

/** The numbers that came with one prefix, as intervals in ascending order. */
interface Numbers {
  readonly starts: number[]
  readonly ends: number[]
}

/**
 * Finds ids that come twice. Ids that end in ascending numbers, such as those of the lines of a file, take very little
 * memory, however many there are. Every other id is kept, up to a bound; further ids are only compared with those that
 * are kept.
 */
export class SeenIds {
  readonly #most: number
  readonly #prefixes = new Map<string, Numbers>()
  readonly #others = new Set<RowId>()
  #prefix: string | undefined
  #numbers: Numbers = { starts: [], ends: [] }

  /** @param most The maximum number of ids without ascending numbers that are kept. */
  constructor(most = 2_000_000) {
    this.#most = most
  }

  /** Whether no further ids are kept. */
  get isFull(): boolean {
    return this.#others.size >= this.#most
  }

  /** Adds an id. @returns whether it is new */
  add(id: RowId): boolean {
    const prefix = this.#prefix
    if (prefix !== undefined && id.startsWith(prefix)) {
      const number = numberAt(id, prefix.length)
      if (number !== undefined) return this.#addNumber(this.#numbers, number, id)
    }
    const start = numberStart(id)
    const number = numberAt(id, start)
    if (number === undefined) return this.#addOther(id)
    const numbers = this.#numbersOf(ownText(id.slice(0, start)))
    return numbers === undefined ? this.#addOther(id) : this.#addNumber(numbers, number, id)
  }

  /** Adds ids by their numbers. @returns false if that was not possible, because some of them may have come before */
  addNumbers({ prefix, first }: IdNumbers, count: number): boolean {
    const numbers = prefix === this.#prefix ? this.#numbers : this.#numbersOf(prefix)
    if (numbers === undefined) return false
    const { starts, ends } = numbers
    const end = ends.at(-1) ?? Number.NEGATIVE_INFINITY
    if (count === 0 || first <= end) return count === 0
    if (first === end + 1) ends.pop()
    else starts.push(first)
    ends.push(first + count - 1)
    return true
  }

  /** Whether an id was added. It is unknown for an id that came when no further ids were kept. */
  has(id: RowId): boolean {
    const start = numberStart(id)
    const number = numberAt(id, start)
    const numbers = number === undefined ? undefined : this.#prefixes.get(id.slice(0, start))
    return (numbers !== undefined && contains(numbers.starts, numbers.ends, number as number)) || this.#others.has(id)
  }

  #numbersOf(prefix: string): Numbers | undefined {
    let numbers = this.#prefixes.get(prefix)
    if (numbers === undefined) {
      if (this.#prefixes.size >= mostPrefixes) return undefined
      numbers = { starts: [], ends: [] }
      this.#prefixes.set(prefix, numbers)
    }
    this.#prefix = prefix
    this.#numbers = numbers
    return numbers
  }

  #addNumber({ starts, ends }: Numbers, number: number, id: RowId): boolean {
    const last = ends.length - 1
    const end = ends[last] ?? Number.NEGATIVE_INFINITY
    if (number === end + 1) {
      ends[last] = number
      return true
    }
    if (number > end) {
      starts.push(number)
      ends.push(number)
      return true
    }
    return !contains(starts, ends, number) && this.#addOther(id)
  }

  #addOther(id: RowId): boolean {
    if (this.#others.has(id)) return false
    if (!this.isFull) this.#others.add(ownText(id))
    return true
  }
}

function contains(starts: readonly number[], ends: readonly number[], number: number): boolean {
  let low = 0
  let high = starts.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (number < (starts[middle] as number)) high = middle - 1
    else if (number > (ends[middle] as number)) low = middle + 1
    else return true
  }
  return false
}

/** A copy of the text, because a part of a longer text would keep all of that text in memory. */
function ownText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
