import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import type { IdNumbers } from '../../contracts/numbered-ids.js'
import type { Row, RowId } from '../../contracts/row.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { decodeStepLine, encodeStepLine } from '../../provider/step-codec.js'
import type { DroppedFact } from '../ledger/facts.js'
import { estimateBytes } from '../source/read-source.js'
import { stateError } from '../state/state-errors.js'

/**
 * The result of one source record, or of one child of a flatMap: rows in order. The leaves of a record may finish in
 * any order; they are read in the order in which they were created.
 */
export interface Leaf {
  id: RowId
  row: Row | undefined
  children: Leaf[] | undefined
  /** Set if a step dropped the row. */
  lost: DroppedFact | undefined
  /** The step that rejected the row. */
  rejected: string | undefined
  /** The steps that the row passed by. */
  passedBy: string[] | undefined
}

export const emptyLeaf = (id: RowId): Leaf => ({
  id,
  row: undefined,
  children: undefined,
  lost: undefined,
  rejected: undefined,
  passedBy: undefined,
})

/** A source record in progress. */
export interface Entry extends Leaf {
  /** What is known of the ids of its batch, and then the number in its own id. */
  numbers: IdNumbers | undefined
  number: number
  /** Leaves that have not finished. */
  pending: number
  bytes: number
  /** The number of bytes that it holds while it is finished and waits for an earlier one. */
  held: number
  spilled: { readonly offset: number; readonly length: number } | undefined
}

/**
 * Restores the order: entries leave in the order in which they arrived, however late each one finishes. Finished
 * entries that wait for an earlier one count against a limit of bytes; beyond it, their rows wait on disk.
 */
export class OrderedWindow {
  readonly #entries: (Entry | undefined)[] = []
  #head = 0
  #heldBytes = 0
  readonly #bound: number
  readonly #spillPath: string
  #spillFile: number | undefined
  #spillEnd = 0

  /**
   * @param bound The maximum number of bytes of finished rows that wait in memory.
   * @param spillPath A file for the rest. It is created when it is first needed and removed by `dispose`.
   */
  constructor(bound: number, spillPath: string) {
    this.#bound = bound
    this.#spillPath = spillPath
  }

  /** The number of entries that have arrived and not left. */
  get size(): number {
    return this.#entries.length - this.#head
  }

  /** The bytes of finished rows that wait in memory. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  push(entry: Entry): void {
    this.#entries.push(entry)
  }

  /** Registers that an entry has finished. If it has to wait and many others do, its rows may be written to disk. */
  finished(entry: Entry): void {
    if (this.#entries[this.#head] === entry) return
    entry.held = heldBytes(entry)
    this.#heldBytes += entry.held
    if (this.#heldBytes > this.#bound) this.#spill(entry)
  }

  /**
   * Returns, in order, the rows of all finished entries that no longer wait.
   *
   * @param left Called with each entry, before its rows. @param isFull Whether no further entry may leave now.
   */
  drain(emit: (id: RowId, row: Row) => void, left?: (entry: Entry) => void, isFull?: () => boolean): void {
    let entry = this.#entries[this.#head]
    while (entry !== undefined && entry.pending === 0 && isFull?.() !== true) {
      this.#entries[this.#head] = undefined
      if (entry.spilled !== undefined) this.#restore(entry, entry.spilled)
      else this.#heldBytes -= entry.held
      left?.(entry)
      emitLeaf(entry, emit)
      this.#head++
      entry = this.#entries[this.#head]
    }
    if (this.#head > 4096 && this.#head * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#head)
      this.#head = 0
    }
  }

  dispose(): void {
    if (this.#spillFile === undefined) return
    closeSync(this.#spillFile)
    rmSync(this.#spillPath, { force: true })
    this.#spillFile = undefined
  }

  /** Rows that cannot be written to a file stay in memory. @throws MAESTRO_RUN_STATE */
  #spill(entry: Entry): void {
    const lines: string[] = []
    try {
      emitLeaf(entry, (id, row) => lines.push(encodeStepLine(id, row)))
    } catch (error) {
      if (MaestroError.is(error, 'MAESTRO_ROW_UNENCODABLE')) return
      throw error
    }
    const data = Buffer.from(lines.join('\n'))
    try {
      this.#spillFile ??= openSync(this.#spillPath, 'w+')
      for (let done = 0; done < data.length; )
        done += writeSync(this.#spillFile, data, done, data.length - done, this.#spillEnd + done)
    } catch (error) {
      throw stateError(this.#spillPath, error)
    }
    entry.spilled = { offset: this.#spillEnd, length: data.length }
    this.#spillEnd += data.length
    this.#heldBytes -= entry.held
    entry.held = 0
    replaceRows(entry, () => onDisk)
  }

  /** Reads the rows of an entry back. */
  #restore(entry: Entry, place: { readonly offset: number; readonly length: number }): void {
    if (place.length === 0 || this.#spillFile === undefined) return
    const data = Buffer.allocUnsafe(place.length)
    readSync(this.#spillFile, data, 0, place.length, place.offset)
    const lines = data.toString('utf8').split('\n')
    let next = 0
    replaceRows(entry, () => decodeStepLine(lines[next++] as string).row)
  }
}

/** Stands for a row that waits on disk. */
const onDisk: Row = {}

function replaceRows(leaf: Leaf, row: () => Row): void {
  if (leaf.children !== undefined) for (const child of leaf.children) replaceRows(child, row)
  else if (leaf.row !== undefined) leaf.row = row()
}

/** The size of a finished entry's rows, which may be far larger than their source record. */
function heldBytes(entry: Entry): number {
  const rows: Row[] = []
  emitLeaf(entry, (_id, row) => rows.push(row))
  return Math.max(entry.bytes, estimateBytes({ ids: [], rows }))
}

/** The rows of a leaf, in order. */
export function emitLeaf(leaf: Leaf, emit: (id: RowId, row: Row) => void): void {
  if (leaf.children !== undefined) for (const child of leaf.children) emitLeaf(child, emit)
  else if (leaf.row !== undefined) emit(leaf.id, leaf.row)
}
