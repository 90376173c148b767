import { join } from 'node:path'
import type { PipelinePlan } from '../../contracts/plan.js'
import { stageFolder } from '../state/stage-files.js'
import { readJson } from './read-json.js'
import { savedProgress } from './stage-progress.js'
import { hasReceipt } from './stage-receipts.js'

/** A stage of an unfinished run that has not finished. */
export interface StageLeft {
  readonly stage: number
  /** The operators of its steps. */
  readonly name: string
  /** The rows that it has committed. */
  readonly rows: number
}

/** What is left of an unfinished run, by what its folder says. Whether something has changed since then is not looked at. */
export function stagesLeft(directory: string): readonly StageLeft[] {
  const { stages = [] } = readJson<Partial<PipelinePlan>>(join(directory, 'plan.json')) ?? {}
  return stages
    .map((stage) => ({ ...stage, folder: stageFolder(directory, stage) }))
    .filter(({ folder }) => !hasReceipt(folder))
    .map(({ index, name, folder }) => ({ stage: index, name, rows: savedProgress(folder)?.input.rows ?? 0 }))
}
