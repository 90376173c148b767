import { crc32 } from 'node:zlib'
import type { RowId } from '../../contracts/row.js'
import type { ByteReader, ByteWriter } from './byte-columns.js'

/** Consecutive ids that are one prefix with ascending numbers, such as the lines of a file. */
export interface IdRun {
  readonly prefix: string
  readonly start: number
  count: number
}

/** The ids of a block: first those in runs, then the others, of which hashes allow a quick search. */
export interface StoredIds {
  readonly runs: readonly IdRun[]
  readonly hashes: Uint32Array
}

/** Up to this number of runs in a block is cheaper than names. */
const mostRuns = 512
/** After this number of runs that are short on average, ids are names: a search reads all runs of all blocks. */
const mostShortRuns = 32
const shortRun = 4

/** Collects the ids of a block. As soon as ids no longer form runs, each is stored by its name and a hash. */
export class IdColumn {
  readonly #runs: IdRun[] = []
  readonly #names: RowId[] = []
  #last: IdRun | undefined
  #inRuns = 0

  get size(): number {
    return this.#inRuns + this.#names.length
  }

  get stored(): StoredIds {
    return { runs: this.#runs, hashes: Uint32Array.from(this.#names, (name) => crc32(name)) }
  }

  /** @returns the position of the id in the block */
  add(id: RowId): number {
    if (this.#names.length > 0) return this.#addName(id)
    const last = this.#last
    if (
      last !== undefined &&
      id.startsWith(last.prefix) &&
      numberAt(id, last.prefix.length) === last.start + last.count
    ) {
      last.count++
      return this.#inRuns++
    }
    return this.#addRun(id)
  }

  write(writer: ByteWriter): void {
    for (const name of this.#names) writer.text(name)
  }

  #addRun(id: RowId): number {
    const { prefix, number } = splitId(id)
    if (number === undefined || this.#runs.length >= mostRuns || this.#areShort) return this.#addName(id)
    this.#last = { prefix, start: number, count: 1 }
    this.#runs.push(this.#last)
    return this.#inRuns++
  }

  get #areShort(): boolean {
    return this.#runs.length >= mostShortRuns && this.#inRuns < this.#runs.length * shortRun
  }

  #addName(id: RowId): number {
    return this.#inRuns + this.#names.push(id) - 1
  }
}

/** The positions of an id in a block that may be its own. Two different ids can have one hash. */
export function positionsOf(id: RowId, { runs, hashes }: StoredIds): readonly number[] {
  const found: number[] = []
  const { prefix, number } = splitId(id)
  let at = 0
  for (const run of runs) {
    if (number !== undefined && run.prefix === prefix && number >= run.start && number < run.start + run.count)
      found.push(at + number - run.start)
    at += run.count
  }
  if (hashes.length === 0) return found
  const hash = crc32(id)
  for (let index = hashes.indexOf(hash); index !== -1; index = hashes.indexOf(hash, index + 1)) found.push(at + index)
  return found
}

/** All ids of a block, in their order. */
export function readIds({ runs, hashes }: StoredIds, reader: ByteReader): RowId[] {
  const ids: RowId[] = []
  for (const { prefix, start, count } of runs)
    for (let number = start; number < start + count; number++) ids.push(`${prefix}${number}`)
  for (let index = 0; index < hashes.length; index++) ids.push(reader.text())
  return ids
}

const zero = 48
const nine = 57

/** The number at the end of an id, if it is in the usual notation, and what precedes it. */
function splitId(id: RowId): { readonly prefix: string; readonly number: number | undefined } {
  let start = id.length
  while (start > 0 && isDigit(id.charCodeAt(start - 1))) start--
  // In a number with leading zeros, such as "007", only the rest is the number.
  while (start < id.length - 1 && id.charCodeAt(start) === zero) start++
  return { prefix: id.slice(0, start), number: numberAt(id, start) }
}

function numberAt(id: RowId, start: number): number | undefined {
  const digits = id.length - start
  if (digits === 0 || digits > 15 || (digits > 1 && id.charCodeAt(start) === zero)) return undefined
  let number = 0
  for (let index = start; index < id.length; index++) {
    const code = id.charCodeAt(index)
    if (!isDigit(code)) return undefined
    number = number * 10 + code - zero
  }
  return number
}

const isDigit = (code: number): boolean => code >= zero && code <= nine
