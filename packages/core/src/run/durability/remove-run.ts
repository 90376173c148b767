import { existsSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { filesOfSinks } from './stage-progress.js'

/** Removes the folder of a run, and what an unfinished run has left beside its outputs. */
export async function removeRun(folder: string): Promise<void> {
  const stages = join(folder, 'stages')
  for (const stage of existsSync(stages) ? readdirSync(stages) : [])
    for (const file of filesOfSinks(join(stages, stage))) await rm(file, { force: true })
  await rm(folder, { recursive: true, force: true })
}
