import type { ContributionKind } from '../contracts/hooks.js'
import { isSchema } from '../contracts/schema.js'
import { describeValue } from '../errors/describe-value.js'
import { maestroError } from '../errors/error-table.js'

/** The kinds whose definitions have a schema of options in any case. */
const withOptions: readonly ContributionKind[] = ['operators', 'prompts', 'servings', 'vectorStores']

/**
 * Checks what a plugin contributes without a `define` function, in JavaScript, before it is registered.
 *
 * @throws MAESTRO_PLUGIN_APPLY
 */
export function assertContribution(kind: ContributionKind, plugin: string, definition: unknown): void {
  const reason = kind === 'storages' ? storageFault(definition) : componentFault(kind, definition)
  if (reason !== undefined) throw maestroError('MAESTRO_PLUGIN_APPLY', { plugin, reason: `${kind}: ${reason}` })
}

function componentFault(kind: ContributionKind, definition: unknown): string | undefined {
  const { name, options, create } = partsOf(definition)
  if (!isName(name)) return noName(definition)
  if (!isSchema(options) && (options !== undefined || withOptions.includes(kind)))
    return `the options of "${name}" are ${describeValue(options)} instead of a schema`
  return typeof create === 'function' ? undefined : `"${name}" has no function \`create\``
}

function storageFault(definition: unknown): string | undefined {
  const { name, source, sink } = partsOf(definition)
  if (!isName(name)) return noName(definition)
  const sides = [source, sink].filter((side) => side !== undefined).map(partsOf)
  const isSound = sides.every(({ options, open }) => isSchema(options) && typeof open === 'function')
  if (sides.length === 0 || !isSound) return `"${name}" has no source and no sink that defineSource or defineSink made`
  return undefined
}

const isName = (name: unknown): name is string => typeof name === 'string' && name.trim() !== ''

const noName = (definition: unknown): string => `${describeValue(definition)} has no name`

function partsOf(definition: unknown): Readonly<Record<string, unknown>> {
  return typeof definition === 'object' && definition !== null ? (definition as Readonly<Record<string, unknown>>) : {}
}
