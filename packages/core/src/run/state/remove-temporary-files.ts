import { existsSync } from 'node:fs'
import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { MaestroError } from '../../errors/maestro-error.js'
import { isTemporaryFile, temporaryFilesList } from '../../provider/temporary-files.js'
import { isAbandoned, Lease } from '../durability/lease.js'
import { hasProgress } from '../durability/stage-progress.js'
import { leaseFolder } from './run-folder.js'

/** The hidden files that a killed run has left beside its outputs. */
export interface LeftFiles {
  readonly runId: string
  readonly files: readonly string[]
  readonly bytes: number
}

/**
 * Removes the hidden files of runs whose processes are gone. Those of a run in progress, in any process, stay, and so do
 * those of a run that may still be in progress elsewhere. A run whose stages have committed rows in these files keeps them,
 * too, until it is removed. The others can still be resumed: they write these files anew.
 *
 * @param dryRun Only finds them.
 */
export async function removeTemporaryFiles(stateDirectory: string, dryRun = false): Promise<readonly LeftFiles[]> {
  const runs = join(stateDirectory, 'runs')
  const found: LeftFiles[] = []
  for (const run of existsSync(runs) ? await readdir(runs) : []) {
    if (hasProgress(join(runs, run))) continue
    const left = await removeTemporaryFilesOf(join(runs, run), dryRun)
    if (left !== undefined && left.files.length > 0) found.push(left)
  }
  return found
}

/**
 * Removes the hidden files of a run that has ended. It may have some of outputs that an earlier process had, and that the
 * pipeline has no more.
 */
export async function removeListedFiles(folder: string): Promise<void> {
  const list = join(folder, temporaryFilesList)
  for (const path of await namesIn(list)) await rm(path, { force: true })
  await rm(list, { force: true })
}

/** Removes the hidden files of one run whose process is gone. */
export async function removeTemporaryFilesOf(folder: string, dryRun = false): Promise<LeftFiles | undefined> {
  const list = join(folder, temporaryFilesList)
  if (!existsSync(list) || !isAbandoned(leaseFolder(folder))) return undefined
  const runId = basename(folder)
  // Whoever resumes the run needs its lease, and with it creates these files.
  const lease = dryRun ? undefined : await takeLease(folder, runId)
  if (lease === undefined && !dryRun) return undefined
  try {
    const files: string[] = []
    let bytes = 0
    for (const path of await namesIn(list)) {
      const stats = await lstat(path).catch(() => undefined)
      if (stats === undefined) continue
      files.push(path)
      bytes += stats.size
      if (!dryRun) await rm(path, { force: true })
    }
    if (!dryRun) await rm(list, { force: true })
    return { runId, files, bytes }
  } finally {
    await lease?.release()
  }
}

/** Undefined if another process was faster, or has removed the folder. */
async function takeLease(folder: string, what: string): Promise<Lease | undefined> {
  try {
    return await Lease.takeExisting(leaseFolder(folder), { what })
  } catch (error) {
    if (MaestroError.is(error, 'MAESTRO_RUN_HELD')) return undefined
    throw error
  }
}

async function namesIn(list: string): Promise<readonly string[]> {
  // Another process may remove the list at any moment.
  const lines = (await readFile(list, 'utf8').catch(() => '')).split('\n')
  return lines.flatMap((line) => {
    try {
      const named: unknown = JSON.parse(line)
      if (typeof named !== 'string' || !isTemporaryFile(named)) return []
      const path = resolve(dirname(list), named)
      // A run that was killed while it was resumed may have left a copy, too.
      return [path, `${path}.copy`]
    } catch {
      // The end of a line that a crash has cut off.
      return []
    }
  })
}
