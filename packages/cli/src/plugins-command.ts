import { didYouMean } from '@maestro-dataflow/core'
import type { DiscoveredPlugin } from '@maestro-dataflow/core/runtime'
import { openCommandProject } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { cliError } from './errors.js'
import { describeContributions } from './plugins/describe-contribution.js'
import { describePlugins } from './plugins/describe-plugins.js'
import { pluginElsewhere } from './plugins/plugin-elsewhere.js'
import { renderContribution } from './plugins/render-contribution.js'
import { renderPlugins } from './plugins/render-plugins.js'
import { printJson } from './terminal/json.js'
import { outputWidth } from './terminal/output-width.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'

export interface PluginsCommandOptions extends GlobalOptions {
  readonly json?: boolean
}

/** `maestro plugins`: shows manifests. It loads code only for the options of a named contribution. */
export async function plugins(name: string | undefined, options: PluginsCommandOptions): Promise<void> {
  const { json = false } = options
  const { project } = await openCommandProject(options)
  const page = { width: outputWidth(), style: styleFor(process.stdout) }
  try {
    const configured = await project.plugins()
    const shown = configured.filter((plugin) => name === undefined || plugin.name === name)
    if (name === undefined || shown.length > 0) {
      const overview = await describePlugins(project, shown)
      if (json) printJson(overview, 2)
      else print(renderPlugins(overview, page))
      return
    }
    const details = await describeContributions(project, ownerOf(configured, name), name)
    if (json) printJson(details, 2)
    else print(details.map((detail) => renderContribution(detail, page)).join('\n'))
  } finally {
    await project.dispose()
  }
}

/** The plugin whose manifest contains a name. @throws MAESTRO_CLI_PLUGIN_UNKNOWN */
function ownerOf(configured: readonly DiscoveredPlugin[], name: string): string {
  const owner = configured.find((plugin) => contributedNames(plugin).includes(name))
  if (owner !== undefined) return owner.name
  const known = configured.flatMap((plugin) => [plugin.name, ...contributedNames(plugin)])
  throw cliError('MAESTRO_CLI_PLUGIN_UNKNOWN', {
    name,
    known,
    suggestion: didYouMean(name, known),
    plugin: pluginElsewhere(name, known),
  })
}

function contributedNames({ manifest }: DiscoveredPlugin): readonly string[] {
  return Object.values(manifest?.contributes ?? {}).flatMap((names) => Object.keys(names))
}
