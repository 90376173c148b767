import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Creates the state directory. It holds row data, so it gets a `.gitignore` of its own. @throws the errors of the file
 * system
 */
export function makeStateDirectory(stateDirectory: string): void {
  mkdirSync(stateDirectory, { recursive: true })
  try {
    writeFileSync(join(stateDirectory, '.gitignore'), '*\n', { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
