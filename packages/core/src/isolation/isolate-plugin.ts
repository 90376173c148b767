import type { PluginDefinition, PluginPermissions } from '../contracts/plugin.js'
import type { Project } from '../contracts/project.js'
import { maestroError } from '../errors/error-table.js'
import type { DiscoveredPlugin } from '../plugins/discover-plugins.js'
import { readPermissionLock } from '../plugins/permission-lock.js'
import { dataIssues } from './data-issues.js'
import { isolatedOperator } from './isolated-operator.js'
import { IsolatedProcess } from './isolated-process.js'
import type { OperatorFacts } from './messages.js'

/**
 * A plugin whose operators run in a process of their own, with the permissions that the user has accepted. No code of the
 * plugin runs in this process.
 *
 * @throws MAESTRO_PLUGIN_NOT_ISOLABLE if it is not a package
 */
export function isolatePlugin(
  discovered: DiscoveredPlugin,
  { directory, stateDirectory, allowOutsidePaths, allowPrivateAddresses }: Project,
): DiscoveredPlugin {
  const { name, origin, path, otherVersion } = discovered
  if (origin !== 'package' || path === undefined)
    throw maestroError('MAESTRO_PLUGIN_NOT_ISOLABLE', { plugin: name, reasons: ['it is not a package'] })
  const project = { directory, stateDirectory, allowOutsidePaths, allowPrivateAddresses }
  let running: ReturnType<typeof IsolatedProcess.start> | undefined
  let operators: readonly OperatorFacts[] = []
  let given: unknown

  const start = async () => {
    const { [name]: accepted } = await readPermissionLock(directory)
    // The lock was checked by the schema of `permissions`.
    const permissions = (accepted?.permissions ?? {}) as PluginPermissions
    return IsolatedProcess.start({ plugin: name, folder: path, otherVersion, options: given, project, permissions })
  }
  /** A process that has ended, or was stopped with the project, is started again for the next run. */
  const current = async () => {
    const before = running
    const isAlive = (await before?.catch(() => undefined))?.process.isAlive ?? false
    // Whoever comes first starts it again; the others get the same process.
    if (!isAlive && running === before) running = start()
    return running ?? start()
  }

  const definition: PluginDefinition = {
    name,
    options: {
      '~standard': {
        version: 1,
        vendor: 'maestro-dataflow',
        validate: async (options) => {
          const issues = dataIssues(options)
          if (issues.length > 0) return { issues }
          given = options
          const loaded = await current()
          operators = loaded.operators
          return loaded.issues === undefined ? { value: options } : { issues: loaded.issues }
        },
      },
    },
    apply(hooks) {
      const process = async () => (await current()).process
      const definitions = operators.map((facts) => isolatedOperator(facts, { name, process }))
      hooks.operators.tap(name, (registry) => {
        for (const operator of definitions) registry.add(operator)
      })
    },
  }
  return {
    ...discovered,
    load: async () => definition,
    dispose: async () => {
      const started = await running?.catch(() => undefined)
      running = undefined
      started?.process.stop()
    },
  }
}
