import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CosmiconfigResult } from 'cosmiconfig'
import type { MaestroConfig } from '../define/maestro-config.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { moduleFailure } from '../errors/module-failure.js'
import { reasonOf } from '../errors/reason-of.js'
import { readData } from './read-data.js'
import { distrust } from './trusted-config.js'

/** A config as it was found, before it is checked. */
export interface FoundConfig {
  readonly path: string
  readonly config: MaestroConfig
}

/**
 * The possible places of a config. In package.json, the field `maestro` is a plugin's manifest, so the config has
 * another name.
 */
const configFiles = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map((ending) => `maestro.config.${ending}`)
const searchPlaces = [...configFiles, 'package.json']

/**
 * Hop 1: finds and reads the config, from a folder upward, or the named file.
 *
 * @throws MAESTRO_CONFIG_NOT_FOUND, MAESTRO_CONFIG_LOAD
 */
export async function loadConfig(options: {
  readonly cwd: string
  readonly file?: string | undefined
}): Promise<FoundConfig> {
  const { cosmiconfig } = await import('cosmiconfig')
  const native = (path: string) => importDefault(path)
  const explorer = cosmiconfig('maestro', {
    searchPlaces,
    packageProp: 'maestro-dataflow',
    // Each folder is searched on its own, because the library's strategies stop too early or continue in the home
    // folder.
    searchStrategy: 'none',
    ignoreEmptySearchPlaces: false,
    cache: false,
    loaders: {
      '.ts': native,
      '.mts': native,
      '.js': native,
      '.mjs': native,
      '.json': readData,
      '.yaml': readData,
      '.yml': readData,
    },
  })
  let path = options.file === undefined ? undefined : resolve(options.cwd, options.file)
  try {
    const found = path === undefined ? await searchUpward(explorer, options.cwd) : await explorer.load(path)
    if (found === null) throw maestroError('MAESTRO_CONFIG_NOT_FOUND', { directory: options.cwd })
    path = found.filepath
    if (found.isEmpty === true) throw maestroError('MAESTRO_CONFIG_LOAD', { path, reason: 'it is empty' })
    return { path, config: found.config as MaestroConfig }
  } catch (error) {
    if (MaestroError.is(error)) throw error
    throw maestroError(
      'MAESTRO_CONFIG_LOAD',
      { path: path ?? (error as { filepath?: string }).filepath ?? options.cwd, reason: reasonFor(error) },
      error,
    )
  }
}

/** The config of the nearest folder that has one. */
async function searchUpward(
  explorer: { search(folder: string): Promise<CosmiconfigResult> },
  from: string,
): Promise<CosmiconfigResult> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    // The search runs the code of a config; a package.json is data, and most hold no config.
    const config = configFiles.map((name) => join(folder, name)).find((path) => existsSync(path))
    if (config !== undefined) assertTrusted(config, from)
    const found = await explorer.search(folder)
    if (found !== null) assertTrusted(found.filepath, from)
    if (found !== null || dirname(folder) === folder) return found
  }
}

/** @throws MAESTRO_CONFIG_UNTRUSTED */
function assertTrusted(path: string, from: string): void {
  const reason = distrust(path, resolve(from))
  if (reason !== undefined) throw maestroError('MAESTRO_CONFIG_UNTRUSTED', { path, reason })
}

/** Node runs TypeScript itself: it strips types and neither compiles nor writes anything. */
async function importDefault(path: string): Promise<unknown> {
  const module: { default?: unknown } = await import(pathToFileURL(path).href).catch((error) => {
    throw moduleFailure(path, error) ?? maestroError('MAESTRO_CONFIG_LOAD', { path, reason: reasonFor(error) }, error)
  })
  if (module.default === undefined)
    throw maestroError('MAESTRO_CONFIG_LOAD', { path, reason: 'it has no default export' })
  return module.default
}

function reasonFor(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' ? 'there is no such file' : reasonOf(error)
}
