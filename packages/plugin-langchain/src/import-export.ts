import {
  didYouMean,
  importFromProject,
  isInProject,
  missingPackage,
  packageOf,
  type ServingPlace,
} from '@maestro-dataflow/core'
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

/**
 * Checks that a module is there, without importing it.
 *
 * @param named The options of a serving; a model that was created in code has no module.
 * @throws MAESTRO_LANGCHAIN_PACKAGE_MISSING, MAESTRO_LANGCHAIN_IMPORT
 */
export function assertModuleExists(named: object, { directory }: ServingPlace): void {
  const from = 'from' in named ? named.from : undefined
  if (typeof from !== 'string' || isInProject(from, directory)) return
  if (!/^[./]/.test(from)) throw langchainError('MAESTRO_LANGCHAIN_PACKAGE_MISSING', { from, package: packageOf(from) })
  throw langchainError('MAESTRO_LANGCHAIN_IMPORT', { from, reason: `there is no such file in ${directory}` })
}

async function importExport(from: string, name: string, directory: string): Promise<unknown> {
  let module: Record<string, unknown>
  try {
    module = await importFromProject(from, directory)
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
