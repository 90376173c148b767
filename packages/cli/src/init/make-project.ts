import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openProject, typesFileName } from '@maestro-dataflow/core/runtime'
import { cliError } from '../errors.js'
import { refreshTypesFile } from '../types/write-types-file.js'
import { type CompletedPackage, completePackage } from './complete-package.js'

/** The result of creating a project. */
export interface MadeProject {
  readonly directory: string
  readonly written: readonly string[]
  /** Files that already existed. */
  readonly kept: readonly string[]
  /** The additions to an existing package.json. */
  readonly completed: CompletedPackage | undefined
}

/**
 * Writes the files of a project that do not exist yet.
 *
 * @param files The contents of the files by path.
 * @throws MAESTRO_CLI_INIT_EXISTS before anything is written, MAESTRO_CLI_INIT_FOLDER
 */
export async function makeProject(
  directory: string,
  files: ReadonlyMap<string, string>,
  { keepExisting }: { readonly keepExisting: boolean },
): Promise<MadeProject> {
  const existing = existingFiles(directory, [...files.keys()])
  // A package.json is completed, because many users run `npm init` first.
  const kept = [...existing.values()].filter((path) => path !== 'package.json')
  if (kept.length > 0 && !keepExisting) throw cliError('MAESTRO_CLI_INIT_EXISTS', { directory, files: kept })
  // A user's own config has other names than ours.
  const configFile = [...files.keys()].find((path) => path.startsWith('maestro.config.')) ?? ''
  const ownConfig = existing.has(configFile)
  const written = [...files.keys()].filter((path) => !existing.has(path) && !(ownConfig && path === typesFileName))
  const completed = existing.has('package.json')
    ? completePackage(directory, files.get('package.json') ?? '{}')
    : undefined
  try {
    for (const path of written) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), files.get(path) ?? '', { flag: 'wx' })
    }
  } catch (error) {
    throw cliError('MAESTRO_CLI_INIT_FOLDER', { directory, reason: (error as Error).message }, error)
  }
  if (ownConfig) await refreshTypesFile(openProject({ cwd: directory }))
  return { directory, written, kept, completed }
}

/** The existing files, by the path of the file that each of them replaces. */
function existingFiles(directory: string, paths: readonly string[]): ReadonlyMap<string, string> {
  let entries: readonly string[]
  try {
    mkdirSync(directory, { recursive: true })
    entries = readdirSync(directory)
  } catch (error) {
    throw cliError('MAESTRO_CLI_INIT_FOLDER', { directory, reason: (error as Error).message }, error)
  }
  return new Map(
    paths.flatMap((path): [string, string][] => {
      const found = existingFile(directory, entries, path)
      return found === undefined ? [] : [[path, found]]
    }),
  )
}

/** A config may have another ending, and the search for a config would stop at the new one. */
function existingFile(directory: string, entries: readonly string[], path: string): string | undefined {
  if (path.startsWith('maestro.config.'))
    return entries.find((entry) => /^maestro\.config\.(m?[jt]s|json|ya?ml)$/.test(entry))
  return existsSync(join(directory, path)) ? path : undefined
}
