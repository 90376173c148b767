import { crc32 } from 'node:zlib'
import type { IdNumbers } from '../../contracts/numbered-ids.js'
import type { RowId } from '../../contracts/row.js'
import { numberAt, numberStart } from '../source/id-number.js'
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
  /** The CRC32 of each name, in the byte order of the machine. */
  readonly hashes: Buffer
}

/** The bytes of the hash of a name. */
export const hashBytes = 4

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
    return { runs: this.#runs, hashes: bytesOf(Uint32Array.from(this.#names, (name) => crc32(name))) }
  }

  /**
   * @param numbers What is known of the ids of its batch. @param number Its number, if that is known.
   * @returns the position of the id in the block
   */
  add(id: RowId, numbers?: IdNumbers, number?: number): number {
    if (this.#names.length > 0) return this.#addName(id)
    const last = this.#last
    if (numbers !== undefined) {
      if (last === undefined || numbers.prefix !== last.prefix || number !== last.start + last.count)
        return this.#addRun(id, numbers.prefix, number)
      last.count++
      return this.#inRuns++
    }
    if (
      last !== undefined &&
      id.startsWith(last.prefix) &&
      numberAt(id, last.prefix.length) === last.start + last.count
    ) {
      last.count++
      return this.#inRuns++
    }
    const own = splitId(id)
    return this.#addRun(id, own.prefix, own.number)
  }

  write(writer: ByteWriter): void {
    for (const name of this.#names) writer.text(name)
  }

  #addRun(id: RowId, prefix: string, number: number | undefined): number {
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

/** What is searched for in the ids of every block. */
export interface WantedId {
  readonly id: RowId
  readonly prefix: string
  readonly number: number | undefined
  /** The hash of its name. */
  readonly hash: Buffer
}

export const wantedId = (id: RowId): WantedId => ({ id, ...splitId(id), hash: bytesOf(Uint32Array.of(crc32(id))) })

/** The positions of an id in a block that may be its own, in ascending order. Two different ids can have one hash. */
export function positionsOf({ prefix, number, hash }: WantedId, { runs, hashes }: StoredIds): readonly number[] {
  const found: number[] = []
  let at = 0
  for (const run of runs) {
    if (number !== undefined && run.prefix === prefix && number >= run.start && number < run.start + run.count)
      found.push(at + number - run.start)
    at += run.count
  }
  for (let place = hashes.indexOf(hash); place !== -1; place = hashes.indexOf(hash, place + 1))
    if (place % hashBytes === 0) found.push(at + place / hashBytes)
  return found
}

/** Those of the found positions whose id it is. It reads the names from a block. */
export function ownPositions(
  { id }: WantedId,
  found: readonly number[],
  { runs, hashes }: StoredIds,
  reader: ByteReader,
): readonly number[] {
  const inRuns = runs.reduce((sum, { count }) => sum + count, 0)
  const own = found.filter((at) => at < inRuns)
  let next = inRuns
  for (const at of found.slice(own.length)) {
    reader.skipTexts(at - next)
    if (reader.text() === id) own.push(at)
    next = at + 1
  }
  reader.skipTexts(inRuns + hashes.length / hashBytes - next)
  return own
}

/** All ids of a block, in their order. */
export function readIds({ runs, hashes }: StoredIds, reader: ByteReader): RowId[] {
  const ids: RowId[] = []
  for (const { prefix, start, count } of runs)
    for (let number = start; number < start + count; number++) ids.push(`${prefix}${number}`)
  for (let index = 0; index < hashes.length / hashBytes; index++) ids.push(reader.text())
  return ids
}

const bytesOf = ({ buffer }: Uint32Array): Buffer => Buffer.from(buffer)

/** The number at the end of an id, if it is in the usual notation, and what precedes it. */
function splitId(id: RowId): { readonly prefix: string; readonly number: number | undefined } {
  const start = numberStart(id)
  return { prefix: id.slice(0, start), number: numberAt(id, start) }
}
