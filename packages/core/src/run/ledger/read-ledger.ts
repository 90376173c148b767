import { existsSync } from 'node:fs'
import type { RowId } from '../../contracts/row.js'
import { type FrameStart, readFrames, scanFrames } from '../durability/frames.js'
import { BlockStart, type StagePass } from './block-start.js'
import type { Fact } from './facts.js'
import { wantedId } from './id-column.js'
import { LedgerBlock } from './ledger-block.js'

/** What happened to a row in a stage. */
export interface StageFact {
  readonly stage: number
  readonly id: RowId
  readonly fact: Fact
}

/** What a ledger knows about one row. */
export interface RowTrail {
  /** The stages that the row, or the row that it was made of, has left, and in which pass. */
  readonly left: readonly { readonly stage: number; readonly pass: StagePass }[]
  /** The facts about the row itself. */
  readonly facts: readonly StageFact[]
  /** The facts about the row, its ancestors, and everything that was made of them. */
  readonly family: readonly StageFact[]
}

/** Reads the ledger of a run, also while the run goes on or after it was killed. A run without a ledger has an empty one. */
export class LedgerReader {
  readonly #path: string

  /** @param path The file. Each method reads it anew, block by block. */
  constructor(path: string) {
    this.#path = path
  }

  /** What is known about a row; undefined if the ledger does not name it. It unpacks only the blocks of the row. */
  trail(id: RowId): RowTrail | undefined {
    const left: { readonly stage: number; readonly pass: StagePass }[] = []
    const family: StageFact[] = []
    let isNamed = false
    const candidates = [id, ...ancestorsOf(id)].map(wantedId)
    for (const { start, whole } of this.#starts()) {
      if (!candidates.some((candidate) => start.mayName(candidate))) continue
      const payload = whole()
      if (payload === undefined) break
      const block = new LedgerBlock(payload)
      const { head } = block
      for (const candidate of candidates) {
        const found = block.find(candidate)
        if (found === undefined) continue
        if (candidate.id === id) isNamed = true
        if (found.entered) left.push({ stage: head.stage, pass: head.pass })
        family.push(...found.facts.map((fact) => ({ ...fact, stage: head.stage })))
      }
    }
    const facts = family.filter((fact) => fact.id === id)
    if (!isNamed && facts.length === 0 && !wasMade(id, family)) return undefined
    return { left, facts, family }
  }

  /** All facts, in the order in which they were noted. */
  *facts(): Generator<StageFact> {
    for (const block of this.#blocks())
      for (const fact of block.read().facts) yield { ...fact, stage: block.head.stage }
  }

  /** The rows that left each stage, with the facts about them and what was made of them. */
  *rows(): Generator<{ readonly stage: number; readonly pass: StagePass } & ReturnType<LedgerBlock['read']>> {
    for (const block of this.#blocks()) yield { stage: block.head.stage, pass: block.head.pass, ...block.read() }
  }

  /** How many rows had left the stages when each block was written, in milliseconds since the start of the run. */
  *progress(): Generator<{
    readonly stage: number
    readonly pass: StagePass
    readonly rows: number
    readonly atMs: number
  }> {
    for (const { head } of this.#blocks())
      yield { stage: head.stage, pass: head.pass, rows: head.rows, atMs: head.writtenMs }
  }

  /** The beginnings of the blocks. They are checked only where a block is read. */
  *#starts(): Generator<{ readonly start: BlockStart; whole(): Buffer | undefined }> {
    if (!existsSync(this.#path)) return
    for (const frame of scanFrames(this.#path)) {
      const start = startOf(frame)
      if (start === undefined) return
      yield { start, whole: frame.whole }
    }
  }

  /** The blocks, up to the first one that is not whole, as a crash may leave it. */
  *#blocks(): Generator<LedgerBlock> {
    if (!existsSync(this.#path)) return
    for (const { payload } of readFrames(this.#path)) yield new LedgerBlock(payload)
  }
}

/** Undefined for a frame that is no block, because it is damaged. */
function startOf(frame: FrameStart): BlockStart | undefined {
  try {
    return new BlockStart(frame.start)
  } catch {
    return undefined
  }
}

/** The rows that a row was made of, nearest first: the id of a child is `<parent>/<step>/<number>`. */
export function ancestorsOf(id: RowId): readonly RowId[] {
  const parent = parentOf(id)
  return parent === undefined ? [] : [parent.id, ...ancestorsOf(parent.id)]
}

/** The row that a row may have been made of, and the step that made it. */
export function parentOf(
  id: RowId,
): { readonly id: RowId; readonly step: string; readonly number: number } | undefined {
  const found = /^(.+)\/([^/]+)\/(\d+)$/s.exec(id)
  if (found === null) return undefined
  return { id: found[1] as string, step: found[2] as string, number: Number(found[3]) }
}

function wasMade(id: RowId, family: readonly StageFact[]): boolean {
  const parent = parentOf(id)
  if (parent === undefined) return false
  return family.some(
    ({ id: of, fact }) =>
      of === parent.id && fact.kind === 'split' && fact.step === parent.step && parent.number < fact.rows,
  )
}
