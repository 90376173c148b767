import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import type { Maestro } from '@maestro-dataflow/core/runtime'
import { checkTypesFile, isTypeScriptProject } from '../types/write-types-file.js'
import type { Check } from './check.js'

const run = promisify(execFile)

/** The settings with which the editor checks what Node.js runs, and their reasons. */
const wanted = {
  strict: 'columns and options are checked in full only then',
  erasableSyntaxOnly: 'Node.js strips types and rejects enums, decorators and parameter properties',
  verbatimModuleSyntax: 'Node.js needs `import type` for types',
  allowImportingTsExtensions: 'Node.js needs imports of your own files to end in .ts',
} as const

/** Checks the editor's settings for a TypeScript project. It returns nothing for other projects. */
export async function checkTypeScript(project: Maestro): Promise<readonly Check[]> {
  const config = await project.config()
  if (!isTypeScriptProject(config)) return []
  return [await checkSettings(config.directory), ...(await checkTypes(project))]
}

async function checkSettings(directory: string): Promise<Check> {
  const name = 'typescript'
  const file = join(directory, 'tsconfig.json')
  if (!existsSync(file)) {
    const hint = 'Add one with "strict", "erasableSyntaxOnly", "verbatimModuleSyntax" and "allowImportingTsExtensions".'
    return { name, status: 'warn', message: 'there is no tsconfig.json, so the editor checks little', hint }
  }
  const compiler = findCompiler(directory)
  if (compiler === undefined)
    return { name, status: 'ok', message: 'tsconfig.json was not read: typescript is not installed here' }
  let settings: Readonly<Record<string, unknown>>
  try {
    settings = await compilerOptions(compiler, file)
  } catch (error) {
    const said = (error as { readonly stdout?: string }).stdout?.trim().split('\n', 1)[0]
    return { name, status: 'warn', message: said || `${file} could not be read`, hint: 'Mend tsconfig.json.' }
  }
  const lacking = Object.entries(wanted).filter(([setting]) => settings[setting] !== true)
  if (lacking.length === 0) return { name, status: 'ok', message: 'tsconfig.json fits how Node.js runs TypeScript' }
  const settingNames = lacking.map(([setting]) => setting).join(', ')
  const hint = lacking.map(([setting, why]) => `Set "${setting}": true, because ${why}.`).join('\n')
  return { name, status: 'warn', message: `tsconfig.json lacks ${settingNames}`, hint }
}

function findCompiler(directory: string): string | undefined {
  try {
    return join(dirname(createRequire(join(directory, 'package.json')).resolve('typescript/package.json')), 'bin/tsc')
  } catch {
    return undefined
  }
}

/** The settings, including those of the files that the file extends. */
async function compilerOptions(compiler: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await run(process.execPath, [compiler, '--showConfig', '-p', file])
  return (JSON.parse(stdout) as { readonly compilerOptions?: Readonly<Record<string, unknown>> }).compilerOptions ?? {}
}

async function checkTypes(project: Maestro): Promise<readonly Check[]> {
  const name = 'types'
  try {
    const { path, state } = await checkTypesFile(project)
    const file = relative('.', path)
    if (state === 'current') return [{ name, status: 'ok', message: `${file} is up to date` }]
    const message = state === 'stale' ? `${file} is missing or out of date` : `${file} was not generated`
    const hint =
      state === 'stale'
        ? 'Run `maestro types`.'
        : 'Move its content to another file, because `maestro types` needs this name.'
    return [{ name, status: 'warn', message, hint }]
  } catch {
    // Another check reports plugins that cannot be found.
    return []
  }
}
