import { didYouMean } from '@maestro-dataflow/core'
import { acceptPlugins, permissionLines, permissionLockName } from '@maestro-dataflow/core/runtime'
import { openCommandProject } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { cliError } from './errors.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'

/** `maestro plugin allow`: records that the user accepts plugins as they are now. @throws MAESTRO_CLI_PLUGIN_UNKNOWN */
export async function allowPlugins(
  names: readonly string[],
  options: GlobalOptions & { readonly json?: boolean },
): Promise<void> {
  const { project, config } = await openCommandProject(options)
  try {
    const packages = (await project.plugins()).filter(({ origin }) => origin === 'package')
    const known = packages.map(({ name }) => name)
    for (const name of names)
      if (!known.includes(name))
        throw cliError('MAESTRO_CLI_PLUGIN_UNKNOWN', { name, known, suggestion: didYouMean(name, known) })
    const accepted = packages.filter(({ name }) => names.length === 0 || names.includes(name))
    await acceptPlugins(config.directory, accepted)
    const shown = accepted.map(({ name, version, manifest }) => ({
      name,
      version,
      permissions: permissionLines(manifest?.permissions),
    }))
    if (options.json === true) printJson({ accepted: shown }, 2)
    else
      print(
        [
          `Recorded in ${permissionLockName}:`,
          ...shown.map(
            ({ name, version, permissions }) =>
              `  ${name} ${version ?? ''}: ${permissions.join(', ') || 'nothing besides the rows'}`,
          ),
          '',
        ].join('\n'),
      )
  } finally {
    await project.dispose()
  }
}
