import { isEnvironmentValue, type StorageDefinition } from '@maestro-dataflow/core'
import type { ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { type Check, failed } from './check.js'
import { withEnvironment, withoutValues } from './environment-values.js'

/**
 * Whether a storage can be reached, such as a database. No row is read.
 *
 * @param ok The check of a storage in whose options nothing was wrong.
 */
export async function probeStorage(
  ok: Check,
  definition: StorageDefinition,
  options: Readonly<Record<string, unknown>>,
  { directory, allowOutsidePaths }: ResolvedConfig,
): Promise<Check> {
  if (definition.probe === undefined) return ok
  // What comes from the environment is not shown, nor what is made of it.
  const shown = (text: string) => (isEnvironmentValue(options.connection) ? 'it answers' : withoutValues(text, options))
  try {
    const reached = await definition.probe(withEnvironment(options), { directory, allowOutside: allowOutsidePaths })
    return { ...ok, message: shown(reached) }
  } catch (error) {
    const check = failed(ok.name, error)
    return { ...check, message: withoutValues(check.message, options) }
  }
}
