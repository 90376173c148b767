import { isEnvironmentValue, type StorageDefinition } from '@maestro-dataflow/core'
import type { Contribution, ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { type Check, failed } from './check.js'
import { unsetVariables, withEnvironment, withoutValues } from './environment-values.js'

/** Whether the storages of the config can be reached, such as the databases among them. No row is read. */
export async function checkStorages(
  config: ResolvedConfig,
  contributions: readonly Contribution[],
): Promise<readonly Check[]> {
  const known = contributions.flatMap((contribution) => (contribution.kind === 'storages' ? [contribution] : []))
  const definitions = new Map(known.map(({ name, definition }) => [name, definition]))
  const checks = await Promise.all(
    Object.entries(config.storages).map(([name, { use, ...options }]) =>
      checkStorage(`storage ${name}`, definitions.get(use), options, config),
    ),
  )
  return checks.flat()
}

async function checkStorage(
  name: string,
  definition: StorageDefinition | undefined,
  options: Readonly<Record<string, unknown>>,
  { directory, allowOutsidePaths }: ResolvedConfig,
): Promise<readonly Check[]> {
  if (definition?.probe === undefined) return []
  const unset = unsetVariables(options)
  if (unset.length > 0) {
    const hint = "Set what is missing, or give a value for when it is not set: env('NAME', 'value')."
    return [{ name, status: 'fail', message: `not set in the environment: ${unset.join(', ')}`, hint }]
  }
  // What comes from the environment is not shown, nor what is made of it.
  const shown = (text: string) => (isEnvironmentValue(options.connection) ? 'it answers' : withoutValues(text, options))
  try {
    const reached = await definition.probe(withEnvironment(options), { directory, allowOutside: allowOutsidePaths })
    return [{ name, status: 'ok', message: shown(reached) }]
  } catch (error) {
    const check = failed(name, error)
    return [{ ...check, message: withoutValues(check.message, options) }]
  }
}
