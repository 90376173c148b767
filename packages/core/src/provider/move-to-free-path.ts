import { link, open, rename, rm } from 'node:fs/promises'
import { maestroError } from '../errors/error-table.js'

/**
 * Moves a finished file to a path at which no file exists. If several processes do so at once, one succeeds.
 *
 * @throws MAESTRO_RUN_OUTPUT_EXISTS when a file exists at the path
 */
export async function moveToFreePath(
  temporary: string,
  { path, shown }: { readonly path: string; readonly shown: string },
): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw taken(shown, error)
    return claimAndRename(temporary, path, shown)
  }
  await rm(temporary, { force: true })
}

/** For file systems without hard links: an empty file reserves the name first. */
async function claimAndRename(temporary: string, path: string, shown: string): Promise<void> {
  try {
    await (await open(path, 'wx')).close()
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? taken(shown, error) : error
  }
  try {
    await rename(temporary, path)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

const taken = (path: string, cause: unknown) =>
  maestroError('MAESTRO_RUN_OUTPUT_EXISTS', { path, appeared: true }, cause)

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code
