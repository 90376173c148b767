import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { resolveImport } from './resolve-import.js'

/** Hashes of files and versions of packages, by names for people. */
export type CodeParts = Readonly<Record<string, string>>

const modules: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])
/** What a module names in imports, apart from types. */
const importOf = /(?<!\b(?:im|ex)port\s+type\b[^'"`;]*)\b(?:from|import|require)\s*\(?\s*(['"`])([^'"`$\n]+)\1/g
/** An import of which only the folder is known before it runs. */
const computedInFolder = /\b(?:import|require)\s*\(\s*`(\.{1,2}\/(?:[^`$]*\/)?)[^`$/]*\$\{[^`/]*`\s*\)/g
/** An import whose path is known only when it runs. */
const computedImport = /\b(?:import|require)\s*\(\s*(?!['"\s]|`[^`$]*`)[^)\n]*\)/

/**
 * The hashes of a module and of all files of the project that it imports, and the versions of the packages. The text of
 * a function does not show that something has changed which it calls.
 */
export function moduleHashes(entry: string, directory: string): CodeParts {
  // What data says is among the options of the steps.
  return isModule(entry) ? hashesOf(filesBehind(entry), directory) : {}
}

export const isModule = (path: string): boolean => modules.has(extname(path))

/** A module or another file that modules import, with its text; a package only has a version. */
export type ImportedCode =
  | { readonly path: string; readonly text: string }
  | { readonly package: string; readonly version: string }

/** A file and all that it imports, directly or not. Of a path that is computed, all modules of its folder are found. */
export function filesBehind(...entries: readonly string[]): ReadonlyMap<string, ImportedCode> {
  const found = new Map<string, ImportedCode>()
  const add = (path: string) => {
    if (found.has(path)) return
    const text = readFileSync(path, 'utf8')
    found.set(path, { path, text })
    if (!isModule(path)) return
    for (const name of importsIn(text)) {
      const imported = resolveImport(name, path)
      if (imported === undefined) continue
      if ('package' in imported) found.set(imported.package, imported)
      else add(imported.path)
    }
    for (const file of modulesBeside(text, path)) add(file)
  }
  for (const entry of entries) add(entry)
  return found
}

export function hashesOf(code: ReadonlyMap<string, ImportedCode>, directory: string): CodeParts {
  return Object.fromEntries(
    [...code.values()].map((found) =>
      'package' in found
        ? [`the package ${found.package}`, found.version]
        : [`the file ${nameOf(found.path, directory)}`, hashOfText(found.text)],
    ),
  )
}

export const nameOf = (path: string, directory: string): string => relative(directory, path).replaceAll(sep, '/')

export const hashOfText = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** What a text names in imports. */
export const importsIn = (text: string): readonly string[] =>
  [...text.matchAll(importOf)].flatMap(([, , name]) => name ?? [])

/** Whether a text imports something of which it does not say what it is. */
export const hasComputedImport = (text: string): boolean => computedImport.test(text.replaceAll(computedInFolder, ''))

/** The modules that an import with a computed name may mean: all in the folder that the name begins with. */
export function modulesBeside(text: string, importer: string): readonly string[] {
  return [...text.matchAll(computedInFolder)].flatMap(([, folder = '']) => {
    const path = resolve(dirname(importer), folder)
    const names = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(path) : []
    const files = names.filter((name) => isModule(name) || extname(name) === '.json').map((name) => join(path, name))
    return files.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true).toSorted()
  })
}
