import { didYouMean, type OperatorDefinition } from '@maestro-dataflow/core'
import type { Maestro } from '@maestro-dataflow/core/runtime'
import { cliError } from '../errors.js'
import { pluginElsewhere } from '../plugins/plugin-elsewhere.js'

/** The operator of a plugin of the project. @throws MAESTRO_CLI_OPERATOR_UNKNOWN */
export async function operatorOfProject(project: Maestro, name: string): Promise<OperatorDefinition> {
  const known: string[] = []
  for (const { name: plugin, manifest } of await project.plugins()) {
    const names = Object.keys(manifest?.contributes?.operators ?? {})
    known.push(...names)
    if (manifest?.contributes !== undefined && !names.includes(name)) continue
    for (const { kind, name: contributed, definition } of await project.contributionsOf(plugin))
      if (kind === 'operators' && contributed === name) return definition
  }
  throw cliError('MAESTRO_CLI_OPERATOR_UNKNOWN', {
    name,
    known,
    suggestion: didYouMean(name, known),
    plugin: pluginElsewhere(name, known),
  })
}
