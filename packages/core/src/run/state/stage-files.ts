import { join } from 'node:path'
import type { PlannedStage } from '../../contracts/plan.js'

/** The folder of what was read of a source that can be read only once. */
export const sourceFolder = 'source'

/** The file of its rows. */
export const sourceRows = join(sourceFolder, 'rows.jsonl')

/** The folder of a stage's step files. */
export function stageFolder(runFolder: string, stage: Pick<PlannedStage, 'index' | 'name'>): string {
  const name = stage.name.replace(/[^\w.+-]+/g, '-').slice(0, 60)
  return join(runFolder, 'stages', `${stage.index}-${name}`)
}

/** The step file of one partition of a stage. */
export function partitionFile(
  runFolder: string,
  stage: Pick<PlannedStage, 'index' | 'name'>,
  partition: number,
): string {
  return join(stageFolder(runFolder, stage), `part-${String(partition).padStart(5, '0')}.jsonl`)
}
