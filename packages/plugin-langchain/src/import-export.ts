import { didYouMean, importFromProject, missingPackage } from '@maestro-dataflow/core'
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
