import { randomBytes } from 'node:crypto'
import { lstat, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeStateDirectory, ownFile, ownFolder } from '../../builtin/state-directory.js'
import { isAbandoned, Lease } from '../durability/lease.js'
import { stateErrors } from './state-errors.js'

/** The folder of one run: it stays after the run, or it is temporary for a run that keeps nothing. */
export interface RunFolder {
  readonly runId: string
  readonly path: string
  /** Whether the folder stays after the run. */
  readonly kept: boolean
}

/** An id that sorts by time and names the pipeline: `20261124-094512123-reviews-3f9a`. */
export function createRunId(pipeline: string, now = new Date()): string {
  const time = now
    .toISOString()
    .replace(/[-:.Z]/g, '')
    .replace('T', '-')
  // By characters: half of one would be another name on the disk.
  const name = [...pipeline.replace(/[^\p{L}\p{N}_-]+/gu, '-')].slice(0, 40).join('')
  return `${time}-${name}-${randomBytes(2).toString('hex')}`
}

/** The folder of the lease on the folder of a run. */
export const leaseFolder = (runFolder: string): string => join(runFolder, 'lease')

/** Creates the folder `<stateDirectory>/runs/<id>`. @throws MAESTRO_RUN_STATE */
export async function createRunFolder(stateDirectory: string, runId: string): Promise<RunFolder> {
  const path = join(stateDirectory, 'runs', runId)
  await stateErrors(path, async () => {
    makeStateDirectory(stateDirectory)
    await mkdir(join(stateDirectory, 'runs'), { recursive: true, mode: ownFolder })
    await mkdir(path, { mode: ownFolder })
  })
  return { runId, path, kept: true }
}

const temporaryPrefix = 'maestro-state-'

/**
 * Creates a folder that is removed after the run. Those of processes that were killed are removed before.
 *
 * @throws MAESTRO_RUN_STATE
 */
export async function createTemporaryFolder(
  runId: string,
): Promise<{ readonly folder: RunFolder; readonly lease: Lease }> {
  const prefix = join(tmpdir(), temporaryPrefix)
  return stateErrors(prefix, async () => {
    await removeAbandonedFolders()
    const path = await mkdtemp(prefix)
    const lease = await Lease.take(leaseFolder(path), { what: runId })
    return { folder: { runId, path, kept: false }, lease }
  })
}

/** Leaves alone what another user has made, and what another process removes at the same moment. */
async function removeAbandonedFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(temporaryPrefix)) continue
    const path = join(tmpdir(), name)
    try {
      const { uid } = await lstat(path)
      const isOwn = process.getuid === undefined || uid === process.getuid()
      if (isOwn && isAbandoned(leaseFolder(path))) await rm(path, { recursive: true, force: true })
    } catch {
      // A folder that cannot be read or removed costs no run.
    }
  }
}

/**
 * Writes a whole file under a temporary name and renames it, so that a reader sees the old file or the new one. @throws
 * MAESTRO_RUN_STATE
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  // One process writes a run folder at a time. A crash leaves no file behind that the next one does not replace.
  const temporary = `${path}.tmp`
  await stateErrors(path, async () => {
    const file = await open(temporary, 'w', ownFile)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  })
}
