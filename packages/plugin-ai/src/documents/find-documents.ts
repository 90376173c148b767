import { existsSync, statSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import { maestroError, projectPath } from '@maestro-dataflow/core'
import { glob, isDynamicPattern } from 'tinyglobby'
import { formatByName } from './document-format.js'

/** The folder of a project, and whether paths outside it are allowed. */
export interface DocumentsFolder {
  readonly directory: string
  readonly allowOutside: boolean
}

/**
 * Finds the documents of paths, globs, and folders, each once and by its path relative to the project. A folder yields
 * all files with a known extension.
 *
 * @throws MAESTRO_STORAGE_NOT_FOUND, MAESTRO_STORAGE_PATH_OUTSIDE
 */
export async function findDocuments(
  paths: string | readonly string[],
  { directory, allowOutside }: DocumentsFolder,
): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const path of typeof paths === 'string' ? [paths] : paths)
    for (const file of await expand(path, directory, allowOutside))
      found.add(relative(directory, projectPath(file, directory, allowOutside)).replaceAll(sep, '/'))
  return [...found]
}

async function expand(path: string, directory: string, allowOutside: boolean): Promise<readonly string[]> {
  const absolute = projectPath(path, directory, allowOutside)
  const isFolder = existsSync(absolute) && statSync(absolute).isDirectory()
  if (existsSync(absolute) && !isFolder) return [absolute]
  const files = isFolder
    ? (await glob('**/*', { cwd: absolute, absolute: true })).filter((file) => formatByName(file) !== undefined)
    : isDynamicPattern(path)
      ? await glob(path, { cwd: resolve(directory), absolute: true })
      : []
  if (files.length === 0) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path })
  return files.sort()
}
