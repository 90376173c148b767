import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { foldersAbove } from './folders-above.js'
import { aliasedPaths } from './path-aliases.js'

/** What stands behind the name of an import. */
export type ResolvedImport =
  /** Files of the project; several if it depends on conditions which one is loaded. */
  | { readonly files: readonly string[] }
  /** An installed package. */
  | { readonly package: string; readonly version: string }
  | 'built in'
  | undefined

interface PackageFile {
  readonly name?: unknown
  readonly version?: unknown
  readonly main?: unknown
  readonly imports?: unknown
  readonly exports?: unknown
}

const extensions = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx', '.json']
const packageName = /^(?:@[^/]+\/)?[^/]+/

/** Finds what a module imports by a name, without running anything. */
export function resolveImport(name: string, importer: string): ResolvedImport {
  if (/^(\.{1,2}(\/|$)|\/|file:)/.test(name)) {
    const path = name.startsWith('file:') ? fileURLToPath(name) : resolve(dirname(importer), name)
    return filesOrNone([path])
  }
  if (name.startsWith('node:') || builtinModules.includes(name)) return 'built in'
  const scope = packageAround(importer)
  if (name.startsWith('#')) return scope && ofTargets(targetsOf(name, scope.file.imports), scope.folder, importer)
  const [own = name] = packageName.exec(name) ?? []
  if (scope?.file.name === own && scope.file.exports !== undefined) return ofPackage(name, own, scope)
  return installed(name, own, importer) ?? filesOrNone(aliasedPaths(name, importer))
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
function installed(name: string, own: string, importer: string): ResolvedImport {
  for (const above of foldersAbove(importer)) {
    const folder = join(above, 'node_modules', own)
    if (!existsSync(folder)) continue
    const real = realpathSync(folder)
    const file = readPackage(real) ?? {}
    const isOurs = own.startsWith('@maestro-dataflow/')
    if (isOurs || real.includes(`${sep}node_modules${sep}`)) return { package: own, version: String(file.version) }
    return ofPackage(name, own, { folder: real, file })
  }
  return undefined
}

function ofPackage(name: string, own: string, { folder, file }: Package): ResolvedImport {
  const inside = `.${name.slice(own.length)}`
  const { exports, main = 'index.js' } = file
  if (exports === undefined) return filesOrNone([inside === '.' ? join(folder, String(main)) : join(folder, inside)])
  const isOfPaths = typeof exports === 'object' && Object.keys(exports ?? {}).some((key) => key.startsWith('.'))
  return ofTargets(targetsOf(inside, isOfPaths ? exports : { '.': exports }), folder, join(folder, 'package.json'))
}

function ofTargets(targets: readonly string[], folder: string, importer: string): ResolvedImport {
  const found = targets.map((target) =>
    target.startsWith('.') ? filesOrNone([join(folder, target)]) : resolveImport(target, importer),
  )
  const files = found.flatMap((one) => (typeof one === 'object' && 'files' in one ? one.files : []))
  return files.length > 0 ? { files } : found.find((one) => one !== undefined)
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
  return typeof target === 'object' && target !== null ? Object.values(target).flatMap(textsIn) : []
}

function filesOrNone(paths: readonly string[]): ResolvedImport {
  const files = paths.flatMap((path) => fileAt(path) ?? [])
  return files.length === 0 ? undefined : { files }
}

/** The file of a path as it is, or as loaders complete it. */
function fileAt(path: string): string | undefined {
  const typed = path.replace(/\.([cm]?)js$/, '.$1ts')
  const whole = [...extensions.map((extension) => path + extension), typed]
  return [...whole, ...extensions.slice(1).map((extension) => join(path, `index${extension}`))].find(
    (one) => statSync(one, { throwIfNoEntry: false })?.isFile() === true,
  )
}

function readPackage(folder: string): PackageFile | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile
  } catch {
    return undefined
  }
}
