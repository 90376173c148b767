import { readFile, rename, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { cliError } from '../../errors.js'
import { addToData } from './data-config.js'
import { addToScript } from './script-config.js'

/**
 * Puts the name of a plugin into the list of a config file. The rest of the file stays as it is.
 *
 * @returns whether the file was changed: false if it names the plugin already
 * @throws MAESTRO_CLI_PLUGIN_CONFIG
 */
export async function addToConfig(path: string, name: string): Promise<boolean> {
  const text = await readFile(path, 'utf8')
  const changed = await withPlugin(path, text, name)
  if (changed === undefined) throw cliError('MAESTRO_CLI_PLUGIN_CONFIG', { path, name })
  if (changed === text) return false
  // The new file must name the plugin, and once: a second addition must find nothing to do.
  if ((await withPlugin(path, changed, name)) !== changed) throw cliError('MAESTRO_CLI_PLUGIN_CONFIG', { path, name })
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, changed)
  await rename(temporary, path)
  return true
}

function withPlugin(path: string, text: string, name: string): Promise<string | undefined> {
  if (basename(path) === 'package.json') return addToData(text, name, ['maestro-dataflow'])
  return /\.(json|ya?ml)$/.test(path) ? addToData(text, name) : addToScript(text, name)
}
