import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cliError } from '../errors.js'

/**
 * Imports what a plugin exports about its models: from the project's copy, or else from the one that is installed beside
 * this command.
 *
 * @param config The config file, if one was named.
 * @throws MAESTRO_CLI_PLUGINS_MISSING
 */
export async function importModels(plugin: string, config?: string): Promise<unknown> {
  const directory = config === undefined ? process.cwd() : dirname(resolve(config))
  for (const from of [join(directory, 'package.json'), import.meta.filename]) {
    const path = resolveFrom(from, plugin)
    if (path !== undefined) return import(pathToFileURL(path).href)
  }
  throw cliError('MAESTRO_CLI_PLUGINS_MISSING', { plugins: [plugin], directory })
}

function resolveFrom(from: string, plugin: string): string | undefined {
  try {
    return createRequire(from).resolve(`${plugin}/models`)
  } catch {
    return undefined
  }
}
