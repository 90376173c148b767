import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { foldersAbove } from './folders-above.js'
import { aliasedPaths } from './path-aliases.js'

/** A file of the project, or an installed package. */
export type ResolvedImport = { readonly path: string } | { readonly package: string; readonly version: string }

interface PackageFile {
  readonly name?: unknown
  readonly version?: unknown
  readonly main?: unknown
  readonly imports?: unknown
  readonly exports?: unknown
}

const ownPackages = '@maestro-dataflow/'
const endings = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json']
const packageName = /^(?:@[^/]+\/)?[^/]+/

/**
 * What an import means, under any condition of Node.js; undefined for what is part of Node.js or of MaestroDataflow, whose
 * operators and prompts have versions of their own, or cannot be found.
 */
export function resolveImport(name: string, importer: string): ResolvedImport | undefined {
  if (name.startsWith('node:') || builtinModules.includes(name) || name.startsWith(ownPackages)) return undefined
  if (/^(\.{1,2}(\/|$)|\/)/.test(name)) return asFile(resolve(dirname(importer), name))
  if (name.startsWith('file:')) return asFile(fileURLToPath(name))
  const around = packageAround(importer)
  if (name.startsWith('#')) return around && firstOf(targetsOf(name, around.file.imports), around.folder, importer)
  const [own = name] = packageName.exec(name) ?? []
  if (around?.file.name === own && around.file.exports !== undefined) return inPackage(name, own, around)
  return installed(name, own, importer) ?? firstFile(aliasedPaths(name, importer))
}

interface Package {
  readonly folder: string
  readonly file: PackageFile
}

/** The package that a module belongs to. */
function packageAround(importer: string): Package | undefined {
  for (const folder of foldersAbove(importer)) {
    const file = readPackage(folder)
    if (file !== undefined) return { folder, file }
  }
  return undefined
}

/** A package in `node_modules`. One that is linked to a folder of the project is part of the project. */
function installed(name: string, own: string, importer: string): ResolvedImport | undefined {
  for (const above of foldersAbove(importer)) {
    const folder = join(above, 'node_modules', own)
    if (!existsSync(folder)) continue
    const real = realpathSync(folder)
    const file = readPackage(real) ?? {}
    if (!real.includes(`${sep}node_modules${sep}`)) return inPackage(name, own, { folder: real, file })
    return { package: own, version: typeof file.version === 'string' ? file.version : 'no version' }
  }
  return undefined
}

function inPackage(name: string, own: string, { folder, file }: Package): ResolvedImport | undefined {
  const inside = `.${name.slice(own.length)}`
  const { exports, main = 'index.js' } = file
  if (exports === undefined) return asFile(join(folder, inside === '.' ? String(main) : inside))
  const isOfPaths = typeof exports === 'object' && Object.keys(exports ?? {}).some((key) => key.startsWith('.'))
  return firstOf(targetsOf(inside, isOfPaths ? exports : { '.': exports }), folder, join(folder, 'package.json'))
}

/** The first of several targets that is there. */
function firstOf(targets: readonly string[], folder: string, importer: string): ResolvedImport | undefined {
  for (const target of targets) {
    const found = target.startsWith('.') ? asFile(join(folder, target)) : resolveImport(target, importer)
    if (found !== undefined) return found
  }
  return undefined
}

/** The targets of a name in the `imports` or `exports` of a package, under all conditions. */
function targetsOf(name: string, map: unknown): readonly string[] {
  if (typeof map !== 'object' || map === null) return []
  for (const [key, target] of Object.entries(map)) {
    const [before = '', after] = key.split('*')
    if (after === undefined) {
      if (key === name) return textsIn(target)
    } else if (name.startsWith(before) && name.endsWith(after) && name.length >= before.length + after.length) {
      const middle = name.slice(before.length, name.length - after.length)
      return textsIn(target).map((text) => text.replaceAll('*', middle))
    }
  }
  return []
}

function textsIn(target: unknown): readonly string[] {
  if (typeof target === 'string') return [target]
  if (typeof target !== 'object' || target === null) return []
  // Types come first, and are not what runs.
  return Object.entries(target).flatMap(([condition, inner]) => (condition === 'types' ? [] : textsIn(inner)))
}

function firstFile(paths: readonly string[]): ResolvedImport | undefined {
  return paths.map(asFile).find((found) => found !== undefined)
}

/** The file of a path as it is, or as loaders complete it. */
function asFile(path: string): ResolvedImport | undefined {
  if (path.includes(`${sep}node_modules${sep}`)) return undefined
  const typed = path.replace(/\.([cm]?)js$/, '.$1ts')
  const names = [
    ...endings.map((ending) => path + ending),
    typed,
    ...endings.slice(1).map((ending) => join(path, `index${ending}`)),
  ]
  const file = names.find((name) => statSync(name, { throwIfNoEntry: false })?.isFile() === true)
  return file === undefined ? undefined : { path: file }
}

function readPackage(folder: string): PackageFile | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile
  } catch {
    return undefined
  }
}
