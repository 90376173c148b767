import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Maestro,
  type ProjectTypes,
  projectTypes,
  type ResolvedConfig,
  renderTypesFile,
  typesFileMark,
  typesFileName,
} from '@maestro-dataflow/core/runtime'

/** What became of a project's types file. */
export interface TypesFile {
  readonly path: string
  /** `foreign`: a file of this name is there that was not generated; it is left alone. */
  readonly state: 'written' | 'current' | 'foreign'
  readonly types: ProjectTypes
}

/** Brings `maestro-env.d.ts` beside the config up to date; written only when something has changed. */
export async function writeTypesFile(project: Maestro): Promise<TypesFile> {
  const { text, ...file } = await checkTypesFile(project)
  if (file.state === 'stale') await replaceFile(file.path, text)
  return { ...file, state: file.state === 'stale' ? 'written' : file.state }
}

/** How the types file of a project is, and what it should be. Nothing is written. */
export async function checkTypesFile(project: Maestro): Promise<{
  readonly path: string
  readonly state: 'stale' | 'current' | 'foreign'
  readonly text: string
  readonly types: ProjectTypes
}> {
  const config = await project.config()
  const types = await projectTypes(config, await project.plugins())
  const text = renderTypesFile(types)
  const path = join(config.directory, typesFileName)
  // Git may have given the file other line ends.
  const found = existsSync(path) ? (await readFile(path, 'utf8')).replaceAll('\r\n', '\n') : undefined
  const state = found === text ? 'current' : found?.startsWith(typesFileMark) === false ? 'foreign' : 'stale'
  return { path, state, text, types }
}

/** Keeps the types of a TypeScript project up to date on the way of another command, which it never disturbs. */
export async function refreshTypesFile(project: Maestro): Promise<void> {
  try {
    if (isTypeScriptProject(await project.config())) await writeTypesFile(project)
  } catch {
    // What is wrong with the project is told by the command itself; where nothing can be written, nothing is.
  }
}

/** Whether an editor looks for types here. */
export function isTypeScriptProject({ path, directory }: Pick<ResolvedConfig, 'path' | 'directory'>): boolean {
  return /\.m?ts$/.test(path ?? '') || existsSync(join(directory, 'tsconfig.json'))
}

/** Editors and other processes see the old file or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await writeFile(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
