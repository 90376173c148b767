import type { Schema } from '../../contracts/schema.js'
import { optionNames } from '../../define/option-names.js'
import { unknownOption } from '../../define/options/known-settings.js'
import { describeIssues } from '../../errors/describe-issues.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import type { Faults } from './compile-context.js'

/**
 * Validates options with the schema of a component. Unknown options are faults with a suggestion. Returns undefined for
 * invalid options.
 */
export async function checkOptions(
  use: string,
  schema: Schema,
  options: unknown,
  faults: Faults,
  step?: string,
): Promise<unknown> {
  const given = options ?? {}
  const known = optionNames(schema)
  const unknown =
    known === undefined || typeof given !== 'object' ? [] : Object.keys(given).filter((name) => !known.includes(name))
  for (const name of unknown) faults.add(unknownOption(use, name, known ?? []), step)
  const checked = withoutKeys(given, unknown)
  const result = await faults.catchLater(() => validated(step ?? 'source', schema, checked), step)
  if (result === undefined) return undefined
  if (result.issues === undefined) return unknown.length === 0 ? result.value : undefined
  faults.add(maestroError('MAESTRO_PIPELINE_OPTIONS', { use, issues: describeIssues(result.issues, checked) }), step)
  return undefined
}

/** The schema of a part may come from any library, or be written by hand. */
async function validated(step: string, schema: Schema, options: unknown) {
  const result = await schema['~standard'].validate(options)
  if (typeof result === 'object' && result !== null) return result
  const reason = `the schema of its options returned ${describeValue(result)} instead of a result`
  throw maestroError('MAESTRO_STEP_CREATE', { step, reason })
}

function withoutKeys(options: unknown, keys: readonly string[]): unknown {
  if (keys.length === 0) return options
  return Object.fromEntries(Object.entries(options as object).filter(([key]) => !keys.includes(key)))
}
