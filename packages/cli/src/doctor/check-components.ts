import type { MaestroError } from '@maestro-dataflow/core'
import {
  type ComponentFault,
  type Contribution,
  contributionNouns,
  type Maestro,
  type ResolvedConfig,
} from '@maestro-dataflow/core/runtime'
import { type Check, failed } from './check.js'
import { checkModelFile } from './check-model-file.js'
import { unsetVariables } from './environment-values.js'
import { probeStorage } from './probe-storage.js'

/** A component that the config creates from options. */
interface Component {
  /** The name of the check. */
  readonly name: string
  /** The setting of the config that holds the component. */
  readonly setting: string
  readonly kind: Contribution['kind']
  /** `{ use, ...options }`, or an object that was created in code. */
  readonly entry: object
}

/**
 * Checks whether each component of the config can be created from the config, as `maestro plan` does. It creates none.
 */
export async function checkComponents(
  project: Maestro,
  contributions: readonly Contribution[],
): Promise<readonly Check[]> {
  const config = await project.config()
  let faults: readonly ComponentFault[]
  try {
    faults = await project.checkComponents({ environment: true })
  } catch (error) {
    return [failed('components', error)]
  }
  return Promise.all(
    componentsOf(config).map(async (component) => {
      const errors = faults.filter(({ setting }) => setting === component.setting).map(({ error }) => error)
      const { name, ...check } = await checkComponent(component, errors, contributions, config)
      return { name, ...check }
    }),
  )
}

function componentsOf(config: ResolvedConfig): readonly Component[] {
  const named = (kind: 'servings' | 'vectorStores' | 'storages') =>
    Object.entries(config[kind]).map(([name, entry]) => ({
      name: `${contributionNouns[kind]} ${name}`,
      setting: `${kind}.${name}`,
      kind,
      entry,
    }))
  const single = (
    kind: 'caches' | 'limits' | 'executors' | 'tableEngines',
    setting: 'cache' | 'limits' | 'executor' | 'tableEngine',
  ) => {
    const entry = config[setting]
    return typeof entry === 'object' ? [{ name: contributionNouns[kind], setting, kind, entry }] : []
  }
  return [
    ...named('servings'),
    ...named('vectorStores'),
    ...named('storages'),
    ...single('caches', 'cache'),
    ...single('limits', 'limits'),
    ...single('executors', 'executor'),
    ...single('tableEngines', 'tableEngine'),
  ]
}

async function checkComponent(
  { name, kind, entry }: Component,
  errors: readonly MaestroError[],
  contributions: readonly Contribution[],
  config: ResolvedConfig,
): Promise<Check> {
  if (!('use' in entry)) return { name, status: 'ok', message: 'given in code' }
  const { use, ...options } = entry as { readonly use: string; readonly [option: string]: unknown }
  if (errors.length > 0) return fault(name, use, errors)
  const unset = unsetVariables(options)
  if (unset.length > 0) {
    const hint = "Set what is missing, or give a value for when it is not set: env('NAME', 'value')."
    return { name, status: 'fail', message: `not set in the environment: ${unset.join(', ')}`, hint }
  }
  const contribution = contributions.find((candidate) => candidate.kind === kind && candidate.name === use)
  const ok: Check = { name, status: 'ok', message: described(use, options) }
  if (contribution === undefined)
    return builtin.has(use)
      ? ok
      : { name, status: 'warn', message: `${use} was not checked: its plugin cannot be loaded` }
  if (contribution.kind === 'servings') return checkModelFile(ok, contribution.definition, options, config)
  if (contribution.kind === 'storages') return probeStorage(ok, contribution.definition, options, config)
  return ok
}

/** The components that core contributes. */
const builtin: ReadonlySet<string> = new Set(['disk', 'memory', 'automatic', 'local'])

function fault(name: string, use: string, errors: readonly MaestroError[]): Check {
  const [first] = errors
  const messages = errors.flatMap(({ code, message, details }) =>
    code === 'MAESTRO_CONFIG_INVALID' ? (details.issues as readonly string[]) : [message],
  )
  const hint =
    first?.code === 'MAESTRO_CONFIG_INVALID' ? `See \`maestro plugins ${use}\` for its options.` : (first?.hint ?? '')
  return { name, status: 'fail', message: messages.join('\n'), hint }
}

/** Only the model is shown, because other options may be secret. */
function described(use: string, { model }: Readonly<Record<string, unknown>>): string {
  return typeof model === 'string' ? `${use} ${model}` : use
}
