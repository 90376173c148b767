import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ownFolder } from '../../builtin/state-directory.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { failpoint } from '../durability/failpoints.js'
import { Lease } from '../durability/lease.js'
import { removeTemporaryFilesOf } from './remove-temporary-files.js'
import { leaseFolder } from './run-folder.js'

const removedFolder = (stateDirectory: string): string => join(stateDirectory, 'removed')

/**
 * Removes the folder of a run, with the hidden files beside its outputs, unless a process works on the run. The folder is
 * set aside at once and removed then: a half removed folder would look like that of a run that can be resumed.
 *
 * @returns whether it was removed
 */
export async function removeRunFolder(stateDirectory: string, folder: string): Promise<boolean> {
  await removeTemporaryFilesOf(folder)
  const lease = existsSync(leaseFolder(folder)) ? await takeLease(folder) : undefined
  if (lease === 'held') return false
  try {
    if (!(await setAside(folder, removedFolder(stateDirectory)))) return false
  } finally {
    await lease?.release().catch(() => undefined)
  }
  failpoint('run-set-aside')
  await removeSetAside(stateDirectory)
  return true
}

/** @returns false if another process was faster */
async function setAside(folder: string, removed: string): Promise<boolean> {
  for (;;) {
    await mkdir(removed, { recursive: true, mode: ownFolder })
    try {
      await rename(folder, join(removed, basename(folder)))
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      // Either the run is gone, or another process has just removed what was set aside.
      if (!existsSync(folder)) return false
    }
  }
}

/**
 * Removes the folders that were set aside, also by processes that ended before they had removed them. Several processes may
 * do so at once: what one cannot remove now, it leaves to the next.
 */
export async function removeSetAside(stateDirectory: string): Promise<void> {
  const removed = removedFolder(stateDirectory)
  for (const name of await readdir(removed).catch(() => []))
    await rm(join(removed, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  await rmdir(removed).catch(() => undefined)
}

/** Undefined if another process has removed the folder. */
async function takeLease(folder: string): Promise<Lease | 'held' | undefined> {
  try {
    return await Lease.takeExisting(leaseFolder(folder), { what: basename(folder) })
  } catch (error) {
    if (MaestroError.is(error, 'MAESTRO_RUN_HELD')) return 'held'
    throw error
  }
}
