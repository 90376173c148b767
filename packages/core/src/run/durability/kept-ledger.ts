import { existsSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { RowId } from '../../contracts/row.js'
import type { Fact } from '../ledger/facts.js'
import { LedgerBlock } from '../ledger/ledger-block.js'
import { encodeFrame, readFrames } from './frames.js'
import { replaceFile } from './replace-file.js'

/** The number of a stage's blocks in the ledger, and the CRC32 of all of them. */
export interface LedgerBlocks {
  readonly blocks: number
  readonly crc32: number
}

export const noBlocks: LedgerBlocks = { blocks: 0, crc32: 0 }

export function withBlock({ blocks, crc32: sum }: LedgerBlocks, block: Uint8Array): LedgerBlocks {
  return { blocks: blocks + 1, crc32: crc32(block, sum) }
}

/**
 * The blocks of a ledger by stage, up to the first one that is damaged.
 *
 * @param most The number of a stage's blocks that count. @default all
 */
export function tallyLedger(path: string, most: (stage: number) => number = () => Number.POSITIVE_INFINITY) {
  const tallies = new Map<number, LedgerBlocks>()
  if (!existsSync(path)) return tallies
  for (const { payload } of readFrames(path)) {
    const { stage } = new LedgerBlock(payload).head
    const known = tallies.get(stage) ?? noBlocks
    if (known.blocks < most(stage)) tallies.set(stage, withBlock(known, payload))
  }
  return tallies
}

/**
 * Keeps the committed blocks of each stage, and removes those of rows that will be noted again.
 *
 * @param stages The blocks of each stage that stay.
 * @param kept Receives what the blocks that stay say about rows. @throws MAESTRO_RUN_STATE
 */
export async function keepLedger(
  path: string,
  stages: ReadonlyMap<number, LedgerBlocks>,
  kept: (id: RowId, fact: Fact) => void,
): Promise<void> {
  if (!existsSync(path)) return
  const counts = new Map<number, number>()
  await replaceFile(
    path,
    async (file) => {
      for (const { payload } of readFrames(path)) {
        const block = new LedgerBlock(payload)
        const { stage } = block.head
        const count = counts.get(stage) ?? 0
        if (count >= (stages.get(stage)?.blocks ?? 0)) continue
        counts.set(stage, count + 1)
        await file.appendFile(encodeFrame(payload))
        for (const { id, fact } of block.read().facts) kept(id, fact)
      }
    },
    ['ledger-synced', 'ledger-renamed'],
  )
}
