import { existsSync, realpathSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { maestroError } from '../errors/error-table.js'

/**
 * Resolves a path of the project to an absolute path and follows links.
 *
 * @throws MAESTRO_STORAGE_PATH_OUTSIDE unless paths outside are allowed
 */
export function projectPath(path: string, directory: string, allowOutside: boolean): string {
  const absolute = resolve(directory, path)
  if (allowOutside || isInside(realPath(absolute), realpathSync(directory))) return absolute
  throw maestroError('MAESTRO_STORAGE_PATH_OUTSIDE', { path, directory })
}

/** The displayed form of a path: relative to the project, with forward slashes. */
export function displayPath(path: string, directory: string): string {
  const shown = relative(directory, path)
  return (shown.startsWith('..') ? path : shown).replaceAll(sep, '/')
}

function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(directory, way) === path
}

/** The real path of an absolute path, whose last parts may not exist yet. */
export function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  const parent = dirname(path)
  return parent === path ? path : resolve(realPath(parent), relative(parent, path))
}
