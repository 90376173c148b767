import { ByteReader } from './byte-columns.js'
import { hashBytes, type IdRun, positionsOf, type StoredIds, type WantedId } from './id-column.js'
import { type LeftOutHead, mayList } from './left-out-list.js'

/**
 * The way of rows through a stage: through its row steps, into the file that a step over the whole table reads, or out of
 * such a step.
 */
export type StagePass = 'rows' | 'input' | 'output'

export interface BlockPlace {
  readonly stage: number
  readonly pass: StagePass
}

/** What can be read of a block without unpacking it. */
export interface BlockHead extends BlockPlace {
  /** The first ids of the block are rows that entered the stage and left it. The others only have facts to be noted. */
  readonly rows: number
  /** When the block was written, in milliseconds since the start of the run. */
  readonly writtenMs: number
  readonly runs: readonly (readonly [prefix: string, start: number, count: number])[]
  readonly packed: 'zstd' | 'deflate'
  /** Lists of rows that table steps left out. */
  readonly lists?: readonly LeftOutHead[]
}

/** The beginning of a block, which says which rows it may name. */
export class BlockStart {
  readonly head: BlockHead
  readonly ids: StoredIds
  /** The number of its bytes. */
  readonly end: number

  /** @param start The first bytes of the block, at least a number. */
  constructor(start: (bytes: number) => Buffer) {
    const first = new ByteReader(start(longestInteger))
    const headEnd = first.integer() + first.position
    const reader = new ByteReader(start(headEnd + longestInteger))
    this.head = JSON.parse(reader.text()) as BlockHead
    const names = reader.integer()
    this.end = reader.position + names * hashBytes
    const runs = this.head.runs.map(([prefix, from, count]): IdRun => ({ prefix, start: from, count }))
    this.ids = { runs, hashes: start(this.end).subarray(reader.position, this.end) }
  }

  /** Whether the block may say something about a row. */
  mayName(wanted: WantedId): boolean {
    return positionsOf(wanted, this.ids).length > 0 || this.mayList(wanted)
  }

  mayList({ id }: WantedId): boolean {
    return this.head.lists?.some((list) => mayList(id, list)) === true
  }
}

const longestInteger = 8
