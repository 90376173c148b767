import { isEnvironmentValue } from '../../contracts/config.js'
import type { Schema } from '../../contracts/schema.js'
import { checkOptions } from './check-options.js'
import type { CompileContext, Faults } from './compile-context.js'
import { describeOptions } from './describe-options.js'

/** Options as a component receives them, and as the plan shows them. */
export interface ReadOptions {
  readonly options: unknown
  readonly shown: unknown
}

/**
 * Reads the options from the environment and validates them with a component's schema. The plan shows a value from the
 * environment by the name of its variable.
 *
 * @returns undefined for invalid options; the faults say why
 */
export async function readOptions(
  use: string,
  schema: Schema,
  given: unknown,
  context: CompileContext,
  faults: Faults,
  step?: string,
): Promise<ReadOptions | undefined> {
  const secret = holdsEnvironment(given)
  const read = secret ? faults.catch(() => context.readEnvironment(given, use), step) : given
  if (secret && read === undefined) return undefined
  const options = await checkOptions(use, schema, read, faults, step)
  return options === undefined ? undefined : { options, shown: describeOptions(secret ? given : options) }
}

function holdsEnvironment(value: unknown): boolean {
  if (isEnvironmentValue(value)) return true
  if (Array.isArray(value)) return value.some(holdsEnvironment)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false
  return Object.values(value).some(holdsEnvironment)
}
