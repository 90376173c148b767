import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { maestroError } from '@maestro-dataflow/core'
import {
  type Maestro,
  type ProjectTypes,
  projectTypes,
  type ResolvedConfig,
  renderTypesFile,
  typesFileMark,
  typesFileName,
} from '@maestro-dataflow/core/runtime'

/** The result of writing a project's types file. */
export interface TypesFile {
  readonly path: string
  /** `foreign`: a file of this name exists that was not generated. It is not changed. */
  readonly state: 'written' | 'current' | 'foreign'
  readonly types: ProjectTypes
}

/** Updates `maestro-env.d.ts` beside the config. The file is written only if its contents change. */
export async function writeTypesFile(project: Maestro): Promise<TypesFile> {
  const { text, ...file } = await checkTypesFile(project)
  if (file.state === 'stale') await replaceFile(file.path, text)
  return { ...file, state: file.state === 'stale' ? 'written' : file.state }
}

/** The state of the project's types file, and its expected contents. Nothing is written. */
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
  // Git may have changed the line ends of the file.
  const found = existsSync(path) ? (await readFile(path, 'utf8')).replaceAll('\r\n', '\n') : undefined
  const state = found === text ? 'current' : found?.startsWith(typesFileMark) === false ? 'foreign' : 'stale'
  return { path, state, text, types }
}

/** Updates the types of a TypeScript project during another command, which it never disturbs. */
export async function refreshTypesFile(project: Maestro): Promise<void> {
  try {
    if (isTypeScriptProject(await project.config())) await writeTypesFile(project)
  } catch {
    // The command itself reports faults of the project. If the file cannot be written, it is not written.
  }
}

/** Whether an editor looks for types in this project. */
export function isTypeScriptProject({ path, directory }: Pick<ResolvedConfig, 'path' | 'directory'>): boolean {
  return /\.m?ts$/.test(path ?? '') || existsSync(join(directory, 'tsconfig.json'))
}

/** Editors and other processes see either the old file or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await writeFile(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path, reason: (error as Error).message }, error)
  }
}
