import {
  acceptPlugins,
  type DiscoveredPlugin,
  Maestro,
  maestro,
  openProject,
  permissionLines,
  type ResolvedConfig,
} from '@maestro-dataflow/core/runtime'
import type { GlobalOptions } from './commands/command.js'
import { shownPath } from './describe-report.js'
import { cliError } from './errors.js'
import { addToConfig } from './plugin/config-edit/add-to-config.js'
import { confirm, hasTerminal } from './plugin/confirm.js'
import { buildPlugin, installPlugin } from './plugin/install-plugin.js'
import { printJson } from './terminal/json.js'
import { print, printMessage } from './terminal/print.js'
import { refreshTypesFile } from './types/write-types-file.js'

export interface PluginAddOptions extends GlobalOptions {
  /** Whether the user accepts what the plugin asks for. */
  readonly yes?: boolean
  readonly json?: boolean
}

/** `maestro plugin add`. It runs no code of the plugin. @throws MAESTRO_CLI_PLUGIN_* */
export async function addPlugin(specification: string, options: PluginAddOptions): Promise<void> {
  const { config: file, yes = false, json = false } = options
  const config = await openProject(file === undefined ? {} : { file }).config()
  const { directory, path } = config
  const added = await installPlugin(directory, specification)
  let plugin: DiscoveredPlugin
  try {
    plugin = await manifestOf(config, added.name)
    printMessage(describe(plugin))
    if (added.deprecated !== undefined) printMessage(`It is deprecated: ${added.deprecated}\n`)
    if (!yes && !(await isAccepted(plugin))) throw cliError('MAESTRO_CLI_PLUGIN_DECLINED', { name: added.name })
    // The scripts that build native code run only after the user has accepted it.
    if (added.installed && plugin.manifest?.permissions?.native === true) await buildPlugin(directory, added.name)
  } catch (error) {
    await added.uninstall()
    throw error
  }
  await acceptPlugins(directory, [plugin])
  const changed = path === undefined ? false : await addToConfig(path, plugin.name)
  // A config in TypeScript, which was imported above, would be found as it was before.
  const plugins = changed ? [...config.plugins, plugin.name] : config.plugins
  await refreshTypesFile(new Maestro(async () => ({ ...config, plugins })))
  if (json)
    printJson({ name: plugin.name, version: plugin.version, installed: added.installed, config: path, changed }, 2)
  else if (path !== undefined)
    print(`${changed ? `Added ${plugin.name} to` : `${plugin.name} is in`} ${shownPath(path)}.\n`)
}

async function manifestOf({ directory }: ResolvedConfig, name: string): Promise<DiscoveredPlugin> {
  const [plugin] = await maestro({ directory, plugins: [name] }).plugins()
  if (plugin === undefined) throw cliError('MAESTRO_CLI_PLUGIN_INSTALL', { name, reason: 'it is not there' })
  return plugin
}

function describe({ name, version, manifest, notes }: DiscoveredPlugin): string {
  const contributions = Object.values(manifest?.contributes ?? {}).flatMap((things) => Object.entries(things))
  const permissions = permissionLines(manifest?.permissions)
  return [
    `${name} ${version ?? ''}`,
    ...(contributions.length === 0 ? ['contributes nothing, and may observe runs'] : ['contributes:']),
    ...contributions.map(([thing, line]) => `  ${thing}  ${line}`),
    ...(permissions.length === 0 ? ['declares that it needs nothing besides the rows'] : ['asks for:']),
    ...permissions.map((line) => `  ${line}`),
    'This is what the plugin says of itself. Its code can do whatever your programs can, unless the config enforces the',
    `permissions of its operators: permissions: { '${name}': 'enforce' } (docs/plugins.md says what that leaves open).`,
    ...notes,
    '',
  ].join('\n')
}

/** A plugin that asks for nothing is accepted without a question. */
async function isAccepted({ manifest }: DiscoveredPlugin): Promise<boolean> {
  if (permissionLines(manifest?.permissions).length === 0) return true
  return hasTerminal() && confirm('Accept this, and add the plugin to the config?')
}
