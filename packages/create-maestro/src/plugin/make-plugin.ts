import { mkdirSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createError } from '../errors.js'
import { pluginFiles } from './plugin-files.js'
import type { PluginKind } from './plugin-kinds.js'
import { pluginNames } from './plugin-names.js'

/** The result of making a plugin. */
export interface MadePlugin {
  readonly directory: string
  readonly packageName: string
  readonly written: readonly string[]
}

/**
 * Writes the files of a plugin into a new or an empty folder.
 *
 * @param folder The folder, whose name becomes that of the package.
 * @throws MAESTRO_CREATE_NAME, MAESTRO_CREATE_FOLDER before anything is written
 */
export async function makePlugin(folder: string, kind: PluginKind): Promise<MadePlugin> {
  const directory = resolve(folder)
  const names = pluginNames(directory)
  const files = pluginFiles(kind, names)
  try {
    mkdirSync(directory, { recursive: true })
    const [found] = readdirSync(directory).filter((name) => name !== '.git')
    if (found !== undefined) throw createError('MAESTRO_CREATE_FOLDER', { directory, reason: `it holds ${found}` })
    for (const [path, text] of files) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), text, { flag: 'wx' })
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw createError('MAESTRO_CREATE_FOLDER', { directory, reason: (error as Error).message }, error)
  }
  return { directory, packageName: names.packageName, written: [...files.keys()].toSorted() }
}
