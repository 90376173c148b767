import {
  didYouMean,
  importFromProject,
  isInProject,
  type MaestroError,
  missingPackage,
  packageOf,
  type ServingPlace,
} from '@maestro-dataflow/core'
import { aiSdkError } from './errors.js'
import { assertKey, withOwnKey } from './provider-keys.js'
import { assertOptionNames } from './provider-option-names.js'
import type { NamedModel } from './provider-options.js'
import { suggestedPackage } from './provider-packages.js'
import { tolerantOf } from './tolerant-model.js'

type Factory = (options: Readonly<Record<string, unknown>>) => unknown

/**
 * Imports a provider package and creates its provider. Calls go through the HTTP sender of the project, which has no
 * limit of five minutes and honours the proxy settings, or through the `fetch` of the options.
 *
 * @param directory The folder of the config.
 * @throws MAESTRO_AI_SDK_PACKAGE_MISSING, _IMPORT, _KEY_MISSING, _FACTORY, _CREATE
 */
export async function loadProvider(named: NamedModel, directory: string): Promise<object> {
  const { provider, options } = named
  const module = await importProvider(provider, directory)
  const keyed = withOwnKey(provider, options)
  assertKey(provider, keyed)
  const factory = factoryOf(module, named)
  const given = { ...keyed, fetch: tolerantOf(options.fetch) }
  const created = create(() => (module[factory] as Factory)(given), { provider, factory })
  if ((typeof created === 'object' && created !== null) || typeof created === 'function') return created
  const reason = `it returned ${String(created)} instead of a provider`
  throw aiSdkError('MAESTRO_AI_SDK_CREATE', { provider, factory, reason })
}

function create(make: () => unknown, place: { readonly provider: string; readonly factory: string }): unknown {
  try {
    return make()
  } catch (error) {
    throw aiSdkError('MAESTRO_AI_SDK_CREATE', { ...place, reason: (error as Error).message }, error)
  }
}

async function importProvider(provider: string, directory: string): Promise<Record<string, unknown>> {
  try {
    return await importFromProject(provider, directory)
  } catch (error) {
    const missing = missingPackage(error)
    if (missing !== undefined) throw packageMissing(provider, missing, error)
    throw aiSdkError('MAESTRO_AI_SDK_IMPORT', { provider, reason: (error as Error).message }, error)
  }
}

/**
 * Checks that a provider package, or a file, is there, and the names of its options, without importing it.
 *
 * @param named The options of a serving; a model that was created in code has no package.
 * @throws MAESTRO_AI_SDK_PACKAGE_MISSING, _IMPORT, _OPTION
 */
export function assertProvider(named: Partial<NamedModel> | object, { directory }: ServingPlace): void {
  if (!('provider' in named) || named.provider === undefined) return
  const { provider, options = {} } = named
  assertOptionNames(provider, options)
  if (isInProject(provider, directory)) return
  if (!/^[./]/.test(provider)) throw packageMissing(provider, packageOf(provider))
  throw aiSdkError('MAESTRO_AI_SDK_IMPORT', { provider, reason: `there is no such file in ${directory}` })
}

function packageMissing(provider: string, missing: string, cause?: unknown): MaestroError {
  const suggestion = missing === packageOf(provider) ? suggestedPackage(missing) : undefined
  return aiSdkError('MAESTRO_AI_SDK_PACKAGE_MISSING', { provider, package: missing, suggestion }, cause)
}

/** The name of the export that creates the provider. Packages call it `create` and the provider's name. */
function factoryOf(module: Readonly<Record<string, unknown>>, { provider, factory }: NamedModel): string {
  const factories = Object.keys(module).filter((name) => /^create[A-Z]/.test(name) && isFunction(module[name]))
  if (factory !== undefined) {
    if (isFunction(module[factory])) return factory
    const suggestion = didYouMean(factory, factories)
    throw aiSdkError('MAESTRO_AI_SDK_FACTORY', { provider, factory, factories, suggestion })
  }
  const expected = `create${lettersOf(provider.split('/').at(-1) ?? '')}`
  const fitting = factories.find((name) => name.toLowerCase() === expected)
  const only = factories.length === 1 ? factories[0] : undefined
  const found = fitting ?? only
  if (found === undefined) throw aiSdkError('MAESTRO_AI_SDK_FACTORY', { provider, factories })
  return found
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '')

const isFunction = (value: unknown): boolean => typeof value === 'function'
