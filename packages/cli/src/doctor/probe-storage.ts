import { isEnvironmentValue, type StorageDefinition } from '@maestro-dataflow/core'
import type { ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { type Check, failed } from './check.js'
import { withEnvironment, withoutValues } from './environment-values.js'

/**
 * Checks whether a storage, such as a database, can be reached. It reads no row.
 *
 * @param ok The check of a storage whose options have no fault.
 */
export async function probeStorage(
  ok: Check,
  definition: StorageDefinition,
  options: Readonly<Record<string, unknown>>,
  { directory, allowOutsidePaths, allowPrivateAddresses }: ResolvedConfig,
): Promise<Check> {
  if (definition.probe === undefined) return ok
  // Values from the environment are not shown, nor is anything that is derived from them.
  const shown = (text: string) => (isEnvironmentValue(options.connection) ? 'it answers' : withoutValues(text, options))
  try {
    const place = { directory, allowOutside: allowOutsidePaths, allowPrivateAddresses }
    const reached = await definition.probe(withEnvironment(options), place)
    return { ...ok, message: shown(reached) }
  } catch (error) {
    const check = failed(ok.name, error)
    return { ...check, message: withoutValues(check.message, options) }
  }
}
