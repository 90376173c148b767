import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Creates a temporary folder, outside of any run. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'maestro-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Runs a function with a temporary folder, outside of any run, and then removes the folder. */
export async function inTemporaryFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await temporaryFolder()
  try {
    return await work(folder.path)
  } finally {
    await folder.remove()
  }
}
