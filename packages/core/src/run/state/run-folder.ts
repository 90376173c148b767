import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeStateDirectory, ownFile, ownFolder } from '../../builtin/state-directory.js'
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
  const name = pipeline.replace(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 40)
  return `${time}-${name}-${randomBytes(2).toString('hex')}`
}

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

/** Creates a folder that is removed after the run. @throws MAESTRO_RUN_STATE */
export async function createTemporaryFolder(runId: string): Promise<RunFolder> {
  const prefix = join(tmpdir(), 'maestro-')
  return { runId, path: await stateErrors(prefix, () => mkdtemp(prefix)), kept: false }
}

/**
 * Removes the oldest finished runs so that `keep` remain. It always keeps the run that has just ended, even if the
 * clock has changed, and never touches a run in progress, in this process or another.
 */
export async function pruneRuns(stateDirectory: string, keep: number, current: string): Promise<void> {
  const folder = join(stateDirectory, 'runs')
  const others = (await readdir(folder))
    .filter((run) => run !== current && existsSync(join(folder, run, 'report.json')))
    .sort()
  for (const run of others.slice(0, Math.max(0, others.length - (keep - 1))))
    await rm(join(folder, run), { recursive: true, force: true })
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
