import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Folders and files of the state directory contain row data and answers: only their owner may read them. */
export const ownFolder = 0o700
export const ownFile = 0o600

/**
 * Creates the state directory. It holds row data, so it gets a `.gitignore` of its own. @throws the errors of the file
 * system
 */
export function makeStateDirectory(stateDirectory: string): void {
  mkdirSync(stateDirectory, { recursive: true, mode: ownFolder })
  const { mode, uid } = statSync(stateDirectory)
  // A version control system, an editor, or an earlier version may have created it for everybody.
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) chmodSync(stateDirectory, ownFolder)
  try {
    writeFileSync(join(stateDirectory, '.gitignore'), '*\n', { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
