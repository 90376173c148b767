import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { PlannedStage } from '../../contracts/plan.js'
import { maestroError } from '../../errors/error-table.js'
import { ledgerFile } from '../ledger/run-ledger.js'
import { noRejects, type RejectTally } from '../state/journal.js'
import { partitionFile, stageFolder } from '../state/stage-files.js'
import type { ResumeSettings } from './durable-run.js'
import { type LedgerBlocks, noBlocks, tallyLedger } from './kept-ledger.js'
import { tallyRejects } from './kept-rejects.js'
import { changedParts, type FingerprintParts } from './stage-fingerprint.js'
import { readProgress, type StageProgress } from './stage-progress.js'
import { readReceipt, type StageReceipt } from './stage-receipts.js'

/** What a resumed run does with a stage. */
export interface StageDecision {
  readonly stage: number
  readonly name: string
  /** What the stage left behind; undefined if it had not finished or runs again. */
  readonly receipt: StageReceipt | undefined
  /** What a stage that had not finished has committed: it goes on behind that. */
  readonly progress?: StageProgress
  /** Why a stage runs again from its beginning. */
  readonly reason?: string
  /** Whether rows that a person has edited are lost with it, although nobody has asked for that. */
  readonly losesEdits?: boolean
}

/** What a stage has committed, finished or not. */
type Committed = Pick<StageReceipt, 'parts' | 'rejects' | 'ledger'>

/**
 * Decides which stages of a resumed run need not run again: those that had finished, whose files are sound, that depend
 * on the same things as before, and whose input is not made again. A stage that had not finished goes on under the same
 * conditions.
 */
export async function decideStages(
  folder: string,
  stages: readonly PlannedStage[],
  parts: readonly FingerprintParts[],
  { retryRejects = false, from }: ResumeSettings = {},
): Promise<readonly StageDecision[]> {
  const known = stages.flatMap(({ steps }) => steps)
  if (from !== undefined && !known.includes(from))
    throw maestroError('MAESTRO_PIPELINE_NO_SUCH_STEP', { step: from, steps: known })
  const decisions: StageDecision[] = []
  for (const stage of stages) {
    const { index, name, input, steps } = stage
    if (from !== undefined && steps.includes(from)) {
      decisions.push({ stage: index, name, receipt: undefined, reason: `you asked for ${from}` })
      continue
    }
    const found = await readReceipt(stageFolder(folder, stage))
    const unfinished =
      'receipt' in found || stage.kind !== 'rows'
        ? { fault: undefined }
        : await readProgress(stageFolder(folder, stage), partitionFile(folder, stage, 0))
    const committed = 'receipt' in found ? found.receipt : 'progress' in unfinished ? unfinished.progress : undefined
    const fault =
      'receipt' in found ? undefined : (found.fault ?? ('fault' in unfinished ? unfinished.fault : undefined))
    const isMadeAgain = input !== 'source' && decisions[input]?.receipt === undefined
    const reason =
      committed === undefined
        ? fault
        : await faultOf(folder, index, committed, parts[index] ?? {}, { retryRejects, isMadeAgain })
    decisions.push({
      stage: index,
      name,
      receipt: reason === undefined && 'receipt' in found ? found.receipt : undefined,
      ...(reason === undefined && 'progress' in unfinished ? { progress: unfinished.progress } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(reason !== undefined && from === undefined && 'receipt' in found && isEdited(found.receipt)
        ? { losesEdits: true }
        : {}),
    })
  }
  return decisions
}

/** Whether a person has replaced the rows of a stage. */
const isEdited = ({ file }: StageReceipt): boolean => file.includes('.edit-')

/** Why a resumed run cannot use what a stage has committed. */
async function faultOf(
  folder: string,
  stage: number,
  { parts, rejects, ledger }: Committed,
  now: FingerprintParts,
  { retryRejects, isMadeAgain }: { readonly retryRejects: boolean; readonly isMadeAgain: boolean },
): Promise<string | undefined> {
  const changed = changedParts(parts, now)
  if (changed.length > 0) return `${changed.join(', ')} changed`
  if (isMadeAgain) return 'its input is made again'
  if (!(await areKept(folder, rejects))) return 'its rejected rows are damaged'
  if (!isKept(folder, stage, ledger)) return 'its part of the ledger is damaged'
  if (retryRejects && Object.values(rejects).some(({ rows }) => rows > 0)) return 'its rejected rows are tried again'
  return undefined
}

async function areKept(folder: string, rejects: Readonly<Record<string, RejectTally>>): Promise<boolean> {
  const found = await tallyRejects(join(folder, 'rejects.jsonl'), (step) => rejects[step]?.rows ?? 0)
  return Object.entries(rejects).every(([step, tally]) => isDeepStrictEqual(found.get(step) ?? noRejects, tally))
}

function isKept(folder: string, stage: number, ledger: LedgerBlocks): boolean {
  const found = tallyLedger(join(folder, ledgerFile), () => ledger.blocks).get(stage) ?? noBlocks
  return isDeepStrictEqual(found, ledger)
}
