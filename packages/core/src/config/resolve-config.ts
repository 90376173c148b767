import { dirname, resolve } from 'node:path'
import { env, isEnvironmentValue } from '../contracts/config.js'
import type { PluginReference } from '../contracts/plugin.js'
import type { MaestroConfig } from '../define/maestro-config.js'
import { describeIssues } from '../errors/describe-issues.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import type { ResolvedConfig, UsedComponent } from './resolved-config.js'

/**
 * Checks a config and fills in its defaults.
 *
 * @param place The config file, or the folder for a config in code.
 * @throws MAESTRO_CONFIG_INVALID with every fault
 */
export async function resolveConfig(
  config: MaestroConfig,
  place: { readonly path?: string | undefined; readonly directory?: string | undefined },
): Promise<ResolvedConfig> {
  const directory = resolve(place.directory ?? (place.path === undefined ? '.' : dirname(place.path)))
  await checkConfig(config, place.path ?? 'given in code')
  const { limits, tableEngine, pipelines = [], servings = {}, storages = {}, vectorStores = {} } = config
  return Object.freeze({
    path: place.path,
    directory,
    plugins: (config.plugins ?? []).map(withEnvironment),
    permissions: config.permissions ?? {},
    servings: environmentIn(servings) as ResolvedConfig['servings'],
    storages: environmentIn(storages) as ResolvedConfig['storages'],
    vectorStores: environmentIn(vectorStores) as ResolvedConfig['vectorStores'],
    pipelines: typeof pipelines === 'string' ? [pipelines] : pipelines,
    run: config.run ?? {},
    budgets: config.budgets ?? {},
    cache: config.cache === false ? false : used({ ...config.cache, use: config.cache?.use ?? 'disk' }),
    limits: limits === undefined ? undefined : used(limits),
    executor: used(config.executor ?? 'automatic'),
    tableEngine: tableEngine === undefined ? undefined : used(tableEngine),
    stateDirectory: resolve(directory, config.stateDirectory ?? '.maestro'),
    keepRuns: config.keepRuns ?? 20,
    allowOutsidePaths: config.allowOutsidePaths ?? false,
    allowPrivateAddresses: config.allowPrivateAddresses ?? false,
    logLevel: config.logLevel ?? 'info',
  })
}

async function checkConfig(config: unknown, path: string): Promise<void> {
  const { configSchema, nestedSettings } = await import('./config-schema.js')
  const result = configSchema.safeParse(config)
  if (result.success) return
  const issues = result.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return describeIssues([issue], config)
    const where = issue.path.join('.')
    const known = nestedSettings[where] ?? []
    return issue.keys.map((key) =>
      unknownSetting(where === '' ? key : `${where}.${key}`, didYouMean(key, known), known),
    )
  })
  throw maestroError('MAESTRO_CONFIG_INVALID', { path, issues })
}

/** The message for an unknown setting. */
export function unknownSetting(name: string, suggestion: string | undefined, known: readonly string[]): string {
  const meant = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`
  return `${name}: there is no such setting.${meant} Known: ${known.join(', ') || 'none'}.`
}

/** In JSON and YAML, a value from the environment is written `{ "env": "NAME" }`. */
function environmentIn(value: unknown): unknown {
  if (isEnvironmentValue(value)) return value
  if (Array.isArray(value)) return value.map(environmentIn)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && first?.[0] === 'env' && typeof first[1] === 'string') return env(first[1])
  return Object.fromEntries(entries.map(([key, item]) => [key, environmentIn(item)]))
}

/** A name alone is a component without options. */
function used(component: string | UsedComponent): UsedComponent {
  return typeof component === 'string' ? { use: component } : (environmentIn(component) as UsedComponent)
}

/** Options of a plugin may come from the environment too. */
function withEnvironment(plugin: PluginReference): PluginReference {
  return Array.isArray(plugin) ? [plugin[0], environmentIn(plugin[1])] : plugin
}
