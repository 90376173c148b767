import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { didYouMean } from '@maestro-dataflow/core'
import { langchainError } from './errors.js'

/** An export of a module, as data that YAML and JSON can express. */
export interface ExportReference {
  readonly from: string
  readonly export: string
}

type Constructor = new (...parameters: unknown[]) => unknown

/**
 * Creates an instance of a class that a module exports, and imports the module.
 *
 * @param directory The folder of the config, where packages are looked up and relative paths start.
 * @throws MAESTRO_LANGCHAIN_PACKAGE_MISSING, _IMPORT, _EXPORT_MISSING, _CREATE
 */
export async function createFrom(
  { from, export: name }: ExportReference,
  parameters: readonly unknown[],
  directory: string,
): Promise<unknown> {
  const exported = await importExport(from, name, directory)
  try {
    return new (exported as Constructor)(...parameters)
  } catch (error) {
    throw langchainError('MAESTRO_LANGCHAIN_CREATE', { from, name, reason: (error as Error).message }, error)
  }
}

async function importExport(from: string, name: string, directory: string): Promise<unknown> {
  let module: Record<string, unknown>
  try {
    module = await import(await addressOf(from, directory))
  } catch (error) {
    const missing = missingPackage(error)
    if (missing !== undefined)
      throw langchainError('MAESTRO_LANGCHAIN_PACKAGE_MISSING', { from, package: missing }, error)
    throw langchainError('MAESTRO_LANGCHAIN_IMPORT', { from, reason: (error as Error).message }, error)
  }
  if (Object.hasOwn(module, name)) return module[name]
  throw langchainError('MAESTRO_LANGCHAIN_EXPORT_MISSING', {
    from,
    name,
    suggestion: didYouMean(name, Object.keys(module)),
  })
}

/**
 * What to import: a file of the project, or a package as the project has installed it, which need not be the copy
 * beside this plugin.
 */
async function addressOf(from: string, directory: string): Promise<string> {
  if (from.startsWith('.')) return pathToFileURL(resolve(directory, from)).href
  const manifest = findPackageJSON(from, pathToFileURL(join(directory, 'maestro.config.js')))
  if (manifest === undefined) return from
  const { exports } = JSON.parse(await readFile(manifest, 'utf8')) as { exports?: unknown }
  const path = `.${from.slice(packageOf(from).length)}`
  const target = isMap(exports) ? importTarget(exports[path]) : undefined
  return target === undefined ? from : pathToFileURL(join(dirname(manifest), target)).href
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

/** The package that an import did not find: the requested one, or one of its dependencies. */
function missingPackage(error: unknown): string | undefined {
  if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') return undefined
  return /Cannot find package '([^']+)'/.exec((error as Error).message)?.[1]
}
