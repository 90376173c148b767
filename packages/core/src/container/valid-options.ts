import { unknownSetting } from '../config/resolve-config.js'
import type { Schema } from '../contracts/schema.js'
import { describeIssues } from '../errors/describe-issues.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import { optionNames } from '../pipeline/compile/check-options.js'

/**
 * Puts the options of something that the config names to the schema of the one who contributes it.
 *
 * @param setting Where they stand in the config.
 * @param path The config file.
 * @throws MAESTRO_CONFIG_INVALID with every fault
 */
export function validOptions(
  definition: { readonly name: string; readonly options: Schema<unknown, unknown> },
  options: object,
  setting: string,
  path: string,
): unknown {
  const known = optionNames(definition.options)
  const unknown = known === undefined ? [] : Object.keys(options).filter((name) => !known.includes(name))
  const result = definition.options['~standard'].validate(
    Object.fromEntries(Object.entries(options).filter(([name]) => !unknown.includes(name))),
  )
  if (result instanceof Promise)
    throw maestroError('MAESTRO_CONFIG_INVALID', {
      path,
      issues: [`${setting}: the schema of ${definition.name} must not be asynchronous`],
    })
  const issues = [
    ...unknown.map((name) => unknownSetting(`${setting}.${name}`, didYouMean(name, known ?? []), known ?? [])),
    ...describeIssues(result.issues ?? [], setting),
  ]
  if (issues.length > 0 || result.issues !== undefined) throw maestroError('MAESTRO_CONFIG_INVALID', { path, issues })
  return result.value
}
