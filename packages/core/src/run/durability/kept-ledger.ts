import { existsSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { ownFile } from '../../builtin/state-directory.js'
import { LedgerBlock } from '../ledger/ledger-block.js'
import { stateErrors } from '../state/state-errors.js'
import { failpoint } from './failpoints.js'
import { encodeFrame, readFrames } from './frames.js'
import { syncName } from './sync-folder.js'

/** The number of a stage's blocks in the ledger, and the CRC32 of all of them. */
export interface LedgerBlocks {
  readonly blocks: number
  readonly crc32: number
}

export const noBlocks: LedgerBlocks = { blocks: 0, crc32: 0 }

/** The blocks of a ledger by stage, up to the first one that is damaged. */
export function tallyLedger(path: string): ReadonlyMap<number, LedgerBlocks> {
  const tallies = new Map<number, LedgerBlocks>()
  if (!existsSync(path)) return tallies
  for (const { payload } of readFrames(path)) {
    const { stage } = new LedgerBlock(payload).head
    const { blocks, crc32: sum } = tallies.get(stage) ?? noBlocks
    tallies.set(stage, { blocks: blocks + 1, crc32: crc32(payload, sum) })
  }
  return tallies
}

/** Removes the blocks of the stages that run again, because their rows will be noted again. @throws MAESTRO_RUN_STATE */
export async function keepLedger(path: string, stages: ReadonlySet<number>): Promise<void> {
  if (!existsSync(path)) return
  await stateErrors(path, async () => {
    const temporary = `${path}.tmp`
    const file = await open(temporary, 'w', ownFile)
    try {
      for (const { payload } of readFrames(path))
        if (stages.has(new LedgerBlock(payload).head.stage)) await file.appendFile(encodeFrame(payload))
      await file.sync()
    } finally {
      await file.close()
    }
    failpoint('ledger-synced')
    await rename(temporary, path)
    await syncName(path)
    failpoint('ledger-renamed')
  })
}
