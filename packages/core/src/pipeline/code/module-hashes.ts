import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'

/** Hashes of files and versions of packages, by names for people. */
export type CodeParts = Readonly<Record<string, string>>

const modules: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])
/** What a module names in imports, apart from types. */
const importOf = /(?<!\b(?:im|ex)port\s+type\b[^'"`;]*)\b(?:from|import|require)\s*\(?\s*(['"])([^'"\n]+)\1/g
/** An import whose path is known only when it runs. */
const computedImport = /\b(?:import|require)\s*\(\s*(?!['"\s])[^)\n]*\)/
/** Their operators and prompts have versions of their own. */
const ownPackages = '@maestro-dataflow/'

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

/** A file and all that it imports, directly or not. Paths that are computed are not found. */
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
export const hasComputedImport = (text: string): boolean => computedImport.test(text)

/** What an import means: a file of the project, or a package. Undefined for what is part of Node.js or cannot be found. */
export function resolveImport(
  name: string,
  from: string,
): { readonly path: string } | { readonly package: string; readonly version: string } | undefined {
  if (/^\.{1,2}\//.test(name)) return asFile(resolve(dirname(from), name))
  if (name.startsWith('file:') || name.startsWith('node:') || name.startsWith(ownPackages)) return undefined
  if (name.startsWith('#')) return asFile(resolved(name, from))
  const bare = name.split('/', name.startsWith('@') ? 2 : 1).join('/')
  const folder = packageFolder(bare, dirname(from))
  if (folder === undefined) return undefined
  // A package of the same workspace is code of the project.
  if (!folder.includes(`${sep}node_modules${sep}`)) return asFile(resolved(name, from))
  const { version = 'no version' } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version?: string
  }
  return { package: bare, version }
}

function resolved(name: string, from: string): string | undefined {
  try {
    return realpathSync(createRequire(from).resolve(name))
  } catch {
    return undefined
  }
}

function packageFolder(name: string, from: string): string | undefined {
  const folder = join(from, 'node_modules', name)
  if (isFile(join(folder, 'package.json'))) return realpathSync(folder)
  return dirname(from) === from ? undefined : packageFolder(name, dirname(from))
}

/** The file that a path means: some tools accept the ending that a file will have, or none. */
function asFile(path: string | undefined): { readonly path: string } | undefined {
  if (path === undefined || path.includes(`${sep}node_modules${sep}`)) return undefined
  const bare = path.replace(/\.([mc]?)js$/, '.$1ts')
  const found = [path, bare, ...['.js', '.cjs', '.json', '.ts'].map((ending) => path + ending), join(path, 'index.js')]
  const file = found.find(isFile)
  return file === undefined ? undefined : { path: file }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true
