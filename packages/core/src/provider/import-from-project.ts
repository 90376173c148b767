import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
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

async function addressOf(specifier: string, directory: string): Promise<string> {
  if (specifier.startsWith('.')) return pathToFileURL(resolve(directory, specifier)).href
  // Bun does not have `findPackageJSON`.
  const folders = createRequire(resolve(directory, 'maestro.config.js')).resolve.paths(specifier) ?? []
  const manifest = folders.map((folder) => join(folder, packageOf(specifier), 'package.json')).find(existsSync)
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

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
