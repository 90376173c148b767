import { didYouMean, isEnvironmentValue, MaestroError, type ServingDefinition } from '@maestro-dataflow/core'
import type { Contribution, ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { loadLocalModels } from '../models/local-models.js'
import type { Check } from './check.js'
import { unsetVariables, withEnvironment, withoutValues } from './environment-values.js'

type Serving = ResolvedConfig['servings'][string]
type Fault = Omit<Check, 'name'>

/** The kinds of servings whose models are files on this machine. */
const embedded = ['local.chat', 'local.embeddings']

/** Whether each serving can be made from what the config says. None is made, and no model is loaded. */
export async function checkServings(
  config: ResolvedConfig,
  contributions: readonly Contribution[],
): Promise<readonly Check[]> {
  const known = contributions.flatMap((contribution) => (contribution.kind === 'servings' ? [contribution] : []))
  const definitions = new Map(known.map(({ name, definition }) => [name, definition]))
  return Promise.all(
    Object.entries(config.servings).map(async ([name, serving]) => ({
      name: `serving ${name}`,
      ...(await checkServing(serving, definitions, config)),
    })),
  )
}

async function checkServing(
  serving: Serving,
  definitions: ReadonlyMap<string, ServingDefinition>,
  config: ResolvedConfig,
): Promise<Fault> {
  if (!('use' in serving)) return { status: 'ok', message: `given in code, ${String(serving.kind)}` }
  const { use: kind, ...options } = serving
  const use = String(kind)
  const definition = definitions.get(use)
  if (definition === undefined) return unknownKind(use, [...definitions.keys()])
  const unset = unsetVariables(options)
  if (unset.length > 0)
    return {
      status: 'fail',
      message: `not set in the environment: ${unset.join(', ')}`,
      hint: "Set what is missing, or give a value for when it is not set: env('NAME', 'value').",
    }
  const result = await definition.options['~standard'].validate(withEnvironment(options))
  if (result.issues !== undefined) {
    const issues = result.issues.map(({ path, message }) => [...(path ?? []).map(String), message].join(': '))
    return {
      status: 'fail',
      message: withoutValues(issues.join('; '), options),
      hint: `See \`maestro plugins ${use}\` for its options.`,
    }
  }
  if (!embedded.includes(use)) return { status: 'ok', message: described(use, options) }
  return checkModel(described(use, options), String((result.value as { model: unknown }).model), {
    config,
    isSecret: isEnvironmentValue(options.model),
  })
}

function unknownKind(use: string, known: readonly string[]): Fault {
  const suggestion = didYouMean(use, known)
  return {
    status: 'fail',
    message: `no plugin that can be loaded brings "${use}"`,
    hint: suggestion === undefined ? 'Add the plugin that brings it to `plugins`.' : `Did you mean "${suggestion}"?`,
  }
}

/** Whether the file of an embedded model is here. A path is relative to the config, as when it is loaded. */
async function checkModel(
  message: string,
  model: string,
  { config, isSecret }: { readonly config: ResolvedConfig; readonly isSecret: boolean },
): Promise<Fault> {
  // What comes from the environment is not shown, nor a path or a message that it is part of.
  const shown = (text: string, otherwise: string) => (isSecret ? otherwise : text)
  try {
    const local = await loadLocalModels(config.path)
    const path = await local.modelPath(model, { directory: config.directory })
    return { status: 'ok', message: `${message}, its file is ${shown(path, 'here')}` }
  } catch (error) {
    if (!MaestroError.is(error)) throw error
    // A file that is fetched when it is first needed is no fault.
    const status = error.code === 'MAESTRO_LOCAL_MODEL_MISSING' ? 'warn' : 'fail'
    return {
      status,
      message: `${message}: ${shown(error.message, 'its file is not here')}`,
      hint: shown(error.hint ?? '', 'See that the variable names a model, and fetch it with `maestro models pull`.'),
    }
  }
}

/** Of a serving's options only the model is shown: others may be secret. */
function described(use: string, { model }: Readonly<Record<string, unknown>>): string {
  return typeof model === 'string' ? `${use} ${model}` : use
}
