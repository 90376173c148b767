import { isEnvironmentValue, MaestroError, type ServingDefinition } from '@maestro-dataflow/core'
import type { ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { loadLocalModels } from '../models/local-models.js'
import type { Check } from './check.js'
import { withEnvironment } from './environment-values.js'

/** The kinds of servings whose models are files on this machine. */
const embedded = ['local.chat', 'local.embeddings']

/**
 * Checks whether the file of an embedded model exists. A path is relative to the config, as when it is loaded.
 *
 * @param ok The check of a serving without faults.
 */
export async function checkModelFile(
  ok: Check,
  definition: ServingDefinition,
  options: Readonly<Record<string, unknown>>,
  config: ResolvedConfig,
): Promise<Check> {
  if (!embedded.includes(definition.name)) return ok
  // Values from the environment are not shown, nor is a path or a message that contains one.
  const shown = (text: string, otherwise: string) => (isEnvironmentValue(options.model) ? otherwise : text)
  try {
    const local = await loadLocalModels(config.path)
    const path = await local.modelPath(await modelOf(definition, options), { directory: config.directory })
    return { ...ok, message: `${ok.message}, its file is ${shown(path, 'here')}` }
  } catch (error) {
    if (!MaestroError.is(error)) throw error
    return {
      name: ok.name,
      // A missing file that will be downloaded on first use is not a fault.
      status: error.code === 'MAESTRO_LOCAL_MODEL_MISSING' ? 'warn' : 'fail',
      message: `${ok.message}: ${shown(error.message, 'its file is not here')}`,
      hint: shown(error.hint ?? '', 'See that the variable names a model, and fetch it with `maestro models pull`.'),
    }
  }
}

/** The model that the options name, or the default model. */
async function modelOf(
  { options: schema }: ServingDefinition,
  options: Readonly<Record<string, unknown>>,
): Promise<string> {
  const given = withEnvironment(options.model)
  if (given !== undefined) return String(given)
  const defaults = await schema['~standard'].validate({})
  return defaults.issues === undefined ? String((defaults.value as { readonly model?: unknown }).model) : ''
}
