import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sourceFolder } from '../state/stage-files.js'
import { keepsStepFiles } from './run-state.js'

/**
 * Removes what only a resumption needs from the folder of a run that is done: its finished calls, the state of its sinks,
 * what was read of a source that can be read only once, and the rows between its stages, unless the run was asked to keep these. What cannot be removed stays until the next run
 * ends.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const stages = keepsStepFiles(folder) ? await stagesWithoutRows(folder) : ['stages']
  for (const name of ['calls', 'sinks', sourceFolder, ...stages])
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
}

/** The folders of stages whose rows no other stage has read. */
async function stagesWithoutRows(folder: string): Promise<readonly string[]> {
  const stages = await readdir(join(folder, 'stages')).catch(() => [])
  const without: string[] = []
  for (const stage of stages) {
    const files = await readdir(join(folder, 'stages', stage))
    if (!files.some((file) => file.endsWith('.jsonl'))) without.push(join('stages', stage))
  }
  return without.length === stages.length ? ['stages'] : without
}
