import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { ownFile } from '../../builtin/state-directory.js'
import type { RequestDoneEvent } from '../../contracts/events.js'
import type { Row, RowId } from '../../contracts/row.js'
import type { IdList, LeftOutRows } from '../../contracts/table-engine.js'
import { encodeStepLine } from '../../provider/step-codec.js'
import { encodeFrame } from '../durability/frames.js'
import { type LedgerBlocks, noBlocks, withBlock } from '../durability/kept-ledger.js'
import { DropGroups } from '../report/drop-groups.js'
import { stateError, stateErrors } from '../state/state-errors.js'
import type { Entry, Leaf } from '../stream/ordered-window.js'
import type { StagePass } from './block-start.js'
import type { EditedFact, Fact } from './facts.js'
import { BlockBuilder } from './ledger-block.js'
import { leftOutList, listRowIds } from './left-out-list.js'

/** The name of the ledger in a run folder. */
export const ledgerFile = 'ledger.bin'

const rowsOfBlock = 16_384
const factsOfBlock = 8192
/** Facts wait at most this long, in milliseconds, so that little is lost in a crash. */
const patience = 2000

export interface LedgerOptions {
  readonly path: string
  readonly runId: string
  /** When the run started, in milliseconds since 1970. */
  readonly started: number
  /** Identifies the prompt of each step. */
  readonly prompts: ReadonlyMap<string, string>
  /** Whether to note a checksum of every row, and not only of those for which a model was asked. */
  readonly checksums: boolean
}

/** What a person has done to a row. */
export interface Edit {
  readonly id: RowId
  readonly how: EditedFact['how'] | 'removed'
}

/** The number of rows that a step lost, as the ledger knows it. */
export interface LedgerTally {
  dropped: number
  rejected: number
  merged: number
}

/**
 * Writes what happened to every row of a run. Rows are noted in the order in which they leave the window of their stage,
 * in blocks that are appended whole. Rows that met nothing special take next to no room.
 */
export class RunLedger {
  readonly #options: LedgerOptions
  #file: number
  readonly #tallies = new Map<string, LedgerTally>()
  readonly drops = new DropGroups()
  /** The blocks of each stage. */
  readonly #blocks = new Map<number, LedgerBlocks>()
  /** Facts about rows that are still in the window. */
  readonly #held = new Map<RowId, Fact[]>()
  #end: number
  #block = new BlockBuilder()
  #stage = 0
  #pass: StagePass = 'rows'
  #steps: ReadonlySet<string> = new Set()
  #written = performance.now()

  /** Appends to a ledger, or creates it. @throws MAESTRO_RUN_STATE */
  constructor(options: LedgerOptions) {
    this.#options = options
    this.#file = openToAppend(options.path)
    this.#end = fstatSync(this.#file).size
  }

  /** Goes on with the file that has replaced the ledger of a resumed run. @throws MAESTRO_RUN_STATE */
  reopen(blocks: ReadonlyMap<number, LedgerBlocks>): void {
    this.#blocks.clear()
    for (const [stage, kept] of blocks) this.#blocks.set(stage, kept)
    closeSync(this.#file)
    this.#file = openToAppend(this.#options.path)
    this.#end = fstatSync(this.#file).size
  }

  /** Takes over why an earlier process of the run left out a row. */
  restoreDrop(id: RowId, fact: Fact): void {
    if (fact.kind === 'dropped') this.drops.add('dropped', fact.step, fact.reason, id)
    if (fact.kind === 'merged') this.drops.add('merged', fact.step, undefined, id, fact.into)
  }

  /** Writes the appended blocks to the disk. @throws MAESTRO_RUN_STATE */
  async syncBlocks(): Promise<void> {
    await stateErrors(this.#options.path, () => promisify(fdatasync)(this.#file))
  }

  /** The blocks of a stage that are in the file. */
  blocksOf(stage: number): LedgerBlocks {
    return this.#blocks.get(stage) ?? noBlocks
  }

  /** Takes over the rows that a step lost in an earlier process of the run, which are in the file. */
  restore(step: string, { dropped, rejected, merged }: LedgerTally): void {
    this.#tallies.set(step, { dropped, rejected, merged })
  }

  /** Appends everything that is noted, and writes the file to the disk. @throws MAESTRO_RUN_STATE */
  sync(): void {
    this.finish()
    try {
      fdatasyncSync(this.#file)
    } catch (error) {
      throw stateError(this.#options.path, error)
    }
  }

  /** The number of bytes of the file that hold whole blocks. */
  get end(): number {
    return this.#end
  }

  /** The rows that a step, sink, or the source lost. */
  tally(step: string): Readonly<LedgerTally> {
    return this.#tallies.get(step) ?? { dropped: 0, rejected: 0, merged: 0 }
  }

  /** Begins to note the rows of a stage. @param steps The steps whose rows wait in the stage's window. */
  begin(stage: number, pass: StagePass, steps: readonly string[]): void {
    this.finish()
    this.#stage = stage
    this.#pass = pass
    this.#steps = new Set(steps)
  }

  /** Notes a record that leaves the window, with everything that was made of it. */
  readonly left = (entry: Entry): void => {
    const at = this.#block.row(entry.id, entry.numbers, entry.number)
    if (this.#held.size > 0 || entry.lost !== undefined || entry.children !== undefined || this.#options.checksums) {
      this.#note(entry, at, entry.id.length, this.#options.checksums)
      this.flushSoon()
    }
    if (this.#block.rows >= rowsOfBlock) this.flush()
  }

  rejected(step: string, id: RowId, code: string, tries: number): void {
    this.#tally(step).rejected++
    const fact: Fact = { kind: 'rejected', step, code, tries }
    if (this.#steps.has(step)) this.#hold(id, fact)
    else this.#extra(id, fact)
  }

  /** Notes rows that a table step left out. */
  leftOut(step: string, rows: LeftOutRows): void {
    const { ids, into, reason } = rows
    const count = 'numbers' in ids ? ids.numbers.length : ids.length
    const outcome = into === undefined ? 'dropped' : 'merged'
    this.#tally(step)[outcome] += count
    this.drops.add(outcome, step, reason, firstOf(ids), into && firstOf(into), count)
    const list = leftOutList(step, rows)
    if (list !== undefined) {
      this.#block.leftOut(list)
      this.flushSoon()
      return
    }
    const targets = into && listRowIds(into)
    const dropped: Fact = { kind: 'dropped', step, reason }
    for (const [index, id] of listRowIds(ids).entries()) {
      const target = targets?.[index]
      this.#extra(id, target === undefined ? dropped : { kind: 'merged', step, into: target })
    }
  }

  /** Notes a row of which a step over a whole table made several rows. */
  split(step: string, id: RowId, rows: number): void {
    this.#extra(id, { kind: 'split', step, rows })
  }

  /** Notes what a person has done to a row after a step. */
  edited(step: string, { id, how }: Edit): void {
    if (how === 'removed') this.#tally(step).dropped++
    this.#extra(
      id,
      how === 'removed' ? { kind: 'dropped', step, reason: 'removed by hand' } : { kind: 'edited', step, how },
    )
  }

  /** Notes a request to a model, if it was made for a row of this run. */
  requestDone(event: RequestDoneEvent): void {
    const { run, step, rowId, error, from } = event
    // Earlier processes of the run may have paid for the answer, or for turns on the way to it.
    const before = event.before ?? (from === 'resumed' ? event.saved : undefined)
    const paid = [event, before].flatMap((one) => (one?.usage === undefined ? [] : { ...one, usage: one.usage }))
    const { runId, started, prompts } = this.#options
    if (run !== runId || step === undefined || rowId === undefined) return
    const cost = paid.reduce<number | undefined>((sum, { cost }) => addCost(sum, cost), 0)
    this.#hold(rowId, {
      kind: 'called',
      step,
      serving: event.serving,
      model: event.model,
      prompt: prompts.get(step),
      key: event.key,
      from,
      tries: event.tries + (event.before?.tries ?? 0),
      inputTokens: paid.reduce((sum, { usage }) => sum + usage.inputTokens, 0),
      outputTokens: paid.reduce((sum, { usage }) => sum + usage.outputTokens, 0),
      nanoDollars: cost === undefined ? undefined : cost * 1e9,
      endedMs: Date.now() - started,
      durationMs: event.durationMs,
      error: error?.code,
    })
  }

  /** Ends a stage: facts about rows that never left its window, such as those of a stopped run, are noted too. */
  finish(): void {
    for (const [id, facts] of this.#held) for (const fact of facts) this.#extra(id, fact)
    this.#held.clear()
    this.flush()
  }

  /** Appends the block in progress. @returns the end of the file @throws MAESTRO_RUN_STATE */
  flush(): number {
    const block = this.#block
    if (block.rows + block.facts === 0) return this.#end
    this.#block = new BlockBuilder()
    const encoded = block.encode({ stage: this.#stage, pass: this.#pass }, Date.now() - this.#options.started)
    const frame = encodeFrame(encoded)
    try {
      for (let done = 0; done < frame.length; ) done += writeSync(this.#file, frame, done)
    } catch (error) {
      throw stateError(this.#options.path, error)
    }
    this.#blocks.set(this.#stage, withBlock(this.blocksOf(this.#stage), encoded))
    this.#end += frame.length
    this.#written = performance.now()
    return this.#end
  }

  /** Appends the block in progress if it is large, or if it has waited for long. */
  flushSoon(): void {
    if (this.#block.facts >= factsOfBlock || performance.now() - this.#written > patience) this.flush()
  }

  close(): void {
    try {
      this.finish()
    } finally {
      closeSync(this.#file)
    }
  }

  #note(leaf: Leaf, at: number, root: number, asked: boolean): void {
    const { id, lost, children } = leaf
    const suffix = id.slice(root)
    const held = this.#held.size === 0 ? undefined : this.#held.get(id)
    if (held !== undefined) {
      this.#held.delete(id)
      for (const fact of held) this.#block.fact(at, suffix, fact)
    }
    if (lost !== undefined) {
      this.#tally(lost.step).dropped++
      this.drops.add('dropped', lost.step, lost.reason, id)
      this.#block.fact(at, suffix, lost)
      return
    }
    const isAsked = asked || held?.some(({ kind }) => kind === 'called') === true
    if (children !== undefined) {
      const step = (children[0] as Leaf).id.slice(id.length + 1, -2)
      this.#block.fact(at, suffix, { kind: 'split', step, rows: children.length })
      for (const child of children) this.#note(child, at, root, isAsked)
    } else if (leaf.row !== undefined && isAsked) {
      const checksum = checksumOf(leaf.row)
      if (checksum !== undefined) this.#block.fact(at, suffix, { kind: 'written', checksum })
    }
  }

  #hold(id: RowId, fact: Fact): void {
    const held = this.#held.get(id)
    if (held === undefined) this.#held.set(id, [fact])
    else held.push(fact)
  }

  #extra(id: RowId, fact: Fact): void {
    this.#block.extra(id, fact)
    this.flushSoon()
  }

  #tally(step: string): LedgerTally {
    let tally = this.#tallies.get(step)
    if (tally === undefined) {
      tally = { dropped: 0, rejected: 0, merged: 0 }
      this.#tallies.set(step, tally)
    }
    return tally
  }
}

/** Undefined if one of them is unknown. */
const addCost = (one: number | undefined, other: number | undefined) =>
  one === undefined || other === undefined ? undefined : one + other

function firstOf(ids: IdList): RowId {
  return 'numbers' in ids ? `${ids.prefix}${ids.numbers[0]}` : (ids[0] ?? '')
}

function openToAppend(path: string): number {
  try {
    return openSync(path, 'a', ownFile)
  } catch (error) {
    throw stateError(path, error)
  }
}

/** Undefined for a row that cannot be written. */
function checksumOf(row: Row): number | undefined {
  try {
    return crc32(encodeStepLine('', row))
  } catch {
    return undefined
  }
}
