import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { displayPath, maestroError, projectPath } from '@maestro-dataflow/core'
import { glob, isDynamicPattern } from 'tinyglobby'
import { fsError } from './errors.js'
import { type FileFormat, formatByName, formatOf } from './format.js'
import type { FoundFile, Project } from './found-file.js'
import type { ReadOptions } from './options.js'
import { withPartitions } from './partitions/read-partitions.js'
import { isRemote, type PlaceOptions, placeOf } from './places/find-place.js'
import { LocalFile } from './places/local/local-file.js'
import { standardInput, standardPath } from './standard-input.js'

/**
 * The files of paths, globs, and folders, and standard input, each once: in the given order, and sorted by name within a glob or folder.
 *
 * @throws MAESTRO_FS_URL, MAESTRO_FS_INPUT_TERMINAL, MAESTRO_FS_NOT_A_FILE, MAESTRO_STORAGE_NOT_FOUND, MAESTRO_STORAGE_PATH_OUTSIDE, MAESTRO_FS_FORMAT_UNKNOWN, MAESTRO_FS_FOLDER_EMPTY
 */
export async function findFiles(
  { path: given, format, ...options }: Pick<ReadOptions, 'path' | 'format'> & PlaceOptions,
  project: Project,
): Promise<readonly FoundFile[]> {
  const { directory, allowOutside } = project
  const files = new Map<string, FoundFile>()
  for (const path of typeof given === 'string' ? [given] : given) {
    if (path === standardPath) {
      const input = await standardInput(project.runDirectory)
      const { path: kept, ...kind } = input
      files.set(kept, {
        file: new LocalFile(kept),
        name: 'stdin',
        ...kind,
        ...(format === undefined ? {} : { format }),
      })
      continue
    }
    if (isRemote(path)) {
      const place = await placeOf(path, options, project)
      for (const found of await place.find(path, format)) files.set(found.name, found)
      continue
    }
    for (const found of await expand(path, format, directory, allowOutside)) {
      const absolute = projectPath(found, directory, allowOutside)
      const name = displayPath(absolute, directory)
      // Opening a pipe waits for its writer, and a plan that looks at its beginning takes it away from the run.
      if (statSync(absolute, { throwIfNoEntry: false })?.isFile() === false)
        throw fsError('MAESTRO_FS_NOT_A_FILE', { path: name })
      files.set(absolute, { file: new LocalFile(absolute), name, ...formatOf(absolute, format) })
    }
  }
  return withPartitions([...files.values()])
}

async function expand(
  path: string,
  format: FileFormat | undefined,
  directory: string,
  allowOutside: boolean,
): Promise<readonly string[]> {
  // A file whose name looks like a pattern is still a file.
  if (existsSync(resolve(directory, path))) {
    const absolute = projectPath(path, directory, allowOutside)
    if (!statSync(absolute).isDirectory()) return [absolute]
    const all = await glob('**/*', { cwd: absolute, absolute: true })
    const inside = all.filter((file) => isOfFormat(file, format)).sort()
    if (inside.length === 0) throw fsError('MAESTRO_FS_FOLDER_EMPTY', { path, format })
    return inside
  }
  projectPath(path, directory, allowOutside)
  const found = isDynamicPattern(path) ? (await glob(path, { cwd: directory, absolute: true })).sort() : []
  if (found.length === 0) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path })
  return found
}

/** Whether a file of a folder is read: it is if it has the given format or, without one, if its ending is known. */
function isOfFormat(file: string, format: FileFormat | undefined): boolean {
  const known = formatByName(file)
  return format === undefined ? known !== undefined : known === format
}
