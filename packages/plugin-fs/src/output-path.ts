import { constants, existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { access, chmod, rename } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { displayPath, maestroError, moveToFreePath, projectPath, realPath } from '@maestro-dataflow/core'
import type { Project } from './found-file.js'
import type { Destination } from './places/place.js'

/** The destination of an output on this machine. */
export interface OutputPath extends Destination {
  readonly path: string
}

/**
 * The destination of an output, if the output may be written there. A symbolic link is followed, so that the link
 * remains.
 *
 * @throws MAESTRO_RUN_OUTPUT_EXISTS unless `replace`, MAESTRO_RUN_OUTPUT_UNWRITABLE, MAESTRO_STORAGE_PATH_OUTSIDE
 */
export async function outputPath(
  given: string,
  { directory, allowOutside }: Project,
  replace: boolean,
): Promise<OutputPath> {
  const absolute = projectPath(given, directory, allowOutside)
  const shown = displayPath(absolute, directory)
  const unwritable = (reason: string, cause?: unknown) =>
    maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path: shown, reason }, cause)
  const there = existsSync(absolute)
  const path = there ? realpathSync(absolute) : absolute
  const stats = there ? statSync(path) : undefined
  if (stats !== undefined) {
    if (!stats.isFile()) throw unwritable('there is something else than a file')
    if (!replace) throw maestroError('MAESTRO_RUN_OUTPUT_EXISTS', { path: shown })
    // A rename would succeed.
    if ((stats.mode & 0o222) === 0) throw unwritable('the file is read-only')
  }
  const folder = nearestFolder(path)
  if (!statSync(folder).isDirectory()) throw unwritable(`${displayPath(folder, directory)} is a file`)
  // A rename would replace the link, and where it leads is not known to be in the project.
  if (!there && lstatSync(absolute, { throwIfNoEntry: false })?.isSymbolicLink() === true)
    throw unwritable('it is a symbolic link that leads nowhere')
  try {
    await access(folder, constants.W_OK)
  } catch (error) {
    throw unwritable((error as Error).message, error)
  }
  return {
    path,
    shown,
    isFilled: stats !== undefined && stats.size > 0,
    async publish(file) {
      if (!replace) return moveToFreePath(file, { path, shown })
      // Who could not read the file before must not read the new one.
      const before = statSync(path, { throwIfNoEntry: false })
      if (before !== undefined) await chmod(file, before.mode & 0o7777)
      await rename(file, path)
    },
  }
}

/** An output as it is shown, the same for every spelling of its path. Symbolic links are followed. */
export function shownTarget(given: string, directory: string): string {
  const path = realPath(resolve(directory, given))
  // By default, the file systems of these platforms ignore the case of names.
  return displayPath(['darwin', 'win32'].includes(process.platform) ? path.toLowerCase() : path, directory)
}

/** The folder of the file, or its nearest parent that exists. */
function nearestFolder(path: string): string {
  const folder = dirname(path)
  return existsSync(folder) || folder === path ? folder : nearestFolder(folder)
}
