import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Imports a package as the project has installed it, which need not be the copy beside the caller, or a file of the
 * project.
 *
 * @param specifier A package with its path, such as `@langchain/openai`, or a file relative to the folder.
 * @param directory The folder of the config.
 * @throws what the import throws; see {@link missingPackage}
 */
export async function importFromProject(specifier: string, directory: string): Promise<Record<string, unknown>> {
  return import(await addressOf(specifier, directory))
}

/** The package that an import did not find: the requested one, or one of its dependencies. */
export function missingPackage(error: unknown): string | undefined {
  if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') return undefined
  return /Cannot find package '([^']+)'/.exec((error as Error).message)?.[1]
}

/**
 * Whether {@link importFromProject} would find a package or a file. It is not imported, so that its own faults, and
 * those of its dependencies, are not known.
 */
export function isInProject(specifier: string, directory: string): boolean {
  if (specifier.startsWith('.')) return existsSync(resolve(directory, specifier))
  if (isAbsolute(specifier)) return existsSync(specifier)
  // A module of the runtime, or an address.
  if (isBuiltin(specifier) || URL.canParse(specifier)) return true
  return (
    manifestOf(specifier, directory) !== undefined || [resolve(directory, 'a.js'), import.meta.url].some(canResolve)
  )

  /** Where packages are not in folders, or are installed beside this one. */
  function canResolve(from: string): boolean {
    try {
      return createRequire(from).resolve(specifier) !== ''
    } catch (error) {
      // A package that is only for `import`, or has no such entry, is there.
      return (error as { code?: unknown }).code !== 'MODULE_NOT_FOUND'
    }
  }
}

function manifestOf(specifier: string, directory: string): string | undefined {
  // Bun does not have `findPackageJSON`.
  const folders = createRequire(resolve(directory, 'maestro.config.js')).resolve.paths(specifier) ?? []
  return folders.map((folder) => join(folder, packageOf(specifier), 'package.json')).find(existsSync)
}

async function addressOf(specifier: string, directory: string): Promise<string> {
  if (specifier.startsWith('.')) return pathToFileURL(resolve(directory, specifier)).href
  const manifest = manifestOf(specifier, directory)
  if (manifest === undefined) return specifier
  const { exports } = JSON.parse(await readFile(manifest, 'utf8')) as { exports?: unknown }
  const path = `.${specifier.slice(packageOf(specifier).length)}`
  const target = isMap(exports) ? importTarget(exports[path]) : undefined
  return target === undefined ? specifier : pathToFileURL(join(dirname(manifest), target)).href
}

/** The file behind an entry of `exports`, as `import` resolves it. */
function importTarget(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry
  return isMap(entry)
    ? (importTarget(entry.import) ?? importTarget(entry.node) ?? importTarget(entry.default))
    : undefined
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The package of a specifier: `@langchain/openai` of `@langchain/openai/chat`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
