import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { removeRunFolder, removeSetAside } from '../state/remove-run-folder.js'
import { removeTemporaryFiles } from '../state/remove-temporary-files.js'
import { listRuns, type RunRecord } from './run-record.js'

/** Which finished runs to remove. Without any, only step files are removed. */
export interface PruneOptions {
  /** The number of newest finished runs to keep. */
  readonly keep?: number
  /** Remove runs that started before this time, in ISO 8601. */
  readonly startedBefore?: string
  /** Remove these runs. */
  readonly runs?: readonly RunRecord[]
  /** Only report what would be removed. @default false */
  readonly dryRun?: boolean
}

/** What was removed of a run. */
export interface PrunedRun {
  readonly runId: string
  /**
   * `run`: the whole folder. `step files`: the rows between its stages, which a finished run no longer needs. `hidden
   * files`: what a killed run has left beside its outputs.
   */
  readonly removed: 'run' | 'step files' | 'hidden files'
  readonly bytes: number
}

/**
 * Removes runs that have ended, the step files of those that are done and stay, and the hidden files that killed runs have
 * left beside their outputs. An unfinished run can still be resumed.
 */
export async function pruneFinishedRuns(
  stateDirectory: string,
  { keep, startedBefore, runs = [], dryRun = false }: PruneOptions,
): Promise<readonly PrunedRun[]> {
  const finished = (await listRuns(stateDirectory)).filter(({ status }) => status !== 'unfinished')
  const named = new Set(runs.map(({ runId }) => runId))
  if (!dryRun) await removeSetAside(stateDirectory)
  const left = await removeTemporaryFiles(stateDirectory, dryRun)
  const pruned = left.map(({ runId, bytes }): PrunedRun => ({ runId, removed: 'hidden files', bytes }))
  for (const [age, { runId, directory, summary, status }] of finished.entries()) {
    const isOld =
      named.has(runId) ||
      (keep !== undefined && age >= keep) ||
      (startedBefore !== undefined && summary.startedAt < startedBefore)
    // A run that failed or was stopped can be resumed.
    if (!isOld && status !== 'done') continue
    const path = isOld ? directory : join(directory, 'stages')
    const bytes = await sizeOf(path)
    if (bytes === undefined) continue
    if (!dryRun && isOld && !(await removeRunFolder(stateDirectory, directory))) continue
    if (!dryRun && !isOld) await rm(path, { recursive: true, force: true })
    pruned.push({ runId, removed: isOld ? 'run' : 'step files', bytes })
  }
  return pruned
}

/** The bytes of the files in a folder; undefined if there is no such folder. */
async function sizeOf(folder: string): Promise<number | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return undefined
  let bytes = 0
  for (const entry of entries)
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size
  return bytes
}
