import { readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
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
  // A link stays a link, and a file that only its owner may read stays so.
  const target = await realpath(path)
  const temporary = `${target}.${process.pid}.tmp`
  await writeFile(temporary, changed, { mode: (await stat(target)).mode })
  await rename(temporary, target)
  return true
}

function withPlugin(path: string, text: string, name: string): Promise<string | undefined> {
  if (basename(path) === 'package.json') return addToData(text, name, ['maestro-dataflow'])
  return /\.(json|ya?ml)$/.test(path) ? addToData(text, name) : addToScript(text, name)
}
