import { constants, existsSync, realpathSync, statSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { displayPath, maestroError, projectPath, realPath } from '@maestro-dataflow/core'
import type { Project } from './find-files.js'

/** Where an output will stand. */
export interface OutputPath {
  readonly path: string
  /** As people call it: relative to the project. */
  readonly shown: string
  /** Whether a file that is not empty stands there. */
  readonly isFilled: boolean
  /** Whether a file that stands there may be replaced. */
  readonly replace: boolean
}

/**
 * The place of an output, if it may be written there. A link is followed, so that it stays one.
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
  }
  const folder = nearestFolder(path)
  if (!statSync(folder).isDirectory()) throw unwritable(`${displayPath(folder, directory)} is a file`)
  try {
    await access(folder, constants.W_OK)
  } catch (error) {
    throw unwritable((error as Error).message, error)
  }
  return { path, shown, isFilled: stats !== undefined && stats.size > 0, replace }
}

/** The real path of an output, the same for every way in which it can be written; links are followed. */
export function outputTarget(given: string, { directory }: Pick<Project, 'directory'>): string {
  const path = realPath(resolve(directory, given))
  // Their file systems take names in capitals and in small letters for the same by default.
  return ['darwin', 'win32'].includes(process.platform) ? path.toLowerCase() : path
}

/** The folder that a file will be in, or the one above in which it will be made. */
function nearestFolder(path: string): string {
  const folder = dirname(path)
  return existsSync(folder) || folder === path ? folder : nearestFolder(folder)
}
