import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { importsOf } from './module-imports.js'
import { resolveImport } from './resolve-import.js'

/** The modules of a project that something consists of. */
export interface ModuleHashes {
  /** The hashes of their files, and the versions of the packages that they import, by names for people. */
  readonly hashes: Readonly<Record<string, string>>
  /** The files with imports that cannot be followed, because their names are computed. */
  readonly notFollowed: readonly string[]
}

const modules: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])

/**
 * The hashes of some modules and of all files of the project that they import. The text of a function does not show that
 * something has changed which it calls.
 *
 * @param entries Their files. Data is left out: what it says is among the options of the steps.
 */
export function moduleHashes(entries: readonly string[], directory: string): ModuleHashes {
  const found = new Set<string>()
  const hashes: Record<string, string> = {}
  const notFollowed: string[] = []
  const nameOf = (path: string) => relative(directory, path).replaceAll(sep, '/')
  const add = (path: string) => {
    if (found.has(path) || path.includes(`${sep}node_modules${sep}`)) return
    found.add(path)
    const text = readFileSync(path, 'utf8')
    hashes[`the file ${nameOf(path)}`] = createHash('sha256').update(text).digest('hex').slice(0, 16)
    if (!modules.has(extname(path))) return
    const { named, computed } = importsOf(text)
    for (const name of named) addImport(name, path)
    for (const beginning of computed) {
      const files = filesBeside(beginning, path)
      if (files === undefined) notFollowed.push(nameOf(path))
      else for (const file of files) add(file)
    }
  }
  const addImport = (name: string, importer: string) => {
    const resolved = resolveImport(name, importer)
    if (resolved === undefined || resolved === 'built in') return
    if ('files' in resolved) for (const file of resolved.files) add(file)
    else hashes[`the package ${resolved.package}`] = resolved.version
  }
  for (const entry of entries) if (modules.has(extname(entry)) && isFile(entry)) add(entry)
  return { hashes, notFollowed: [...new Set(notFollowed)] }
}

/** The files that a computed name may mean: all in the folder that it begins with. Undefined if that may be any. */
function filesBeside(beginning: string, importer: string): readonly string[] | undefined {
  if (!/^\.{1,2}\//.test(beginning)) return undefined
  const folder = resolve(dirname(importer), beginning.slice(0, beginning.lastIndexOf('/') + 1))
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((path) => (modules.has(extname(path)) || extname(path) === '.json') && isFile(path))
      .toSorted()
  } catch {
    return undefined
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true
