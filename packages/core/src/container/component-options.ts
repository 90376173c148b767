import { type EnvironmentLookup, leaveOutEnvironment } from '../config/leave-out-environment.js'
import { unknownSetting } from '../config/resolve-config.js'
import type { Schema } from '../contracts/schema.js'
import { optionNames } from '../define/option-names.js'
import { describeIssues, type Issue } from '../errors/describe-issues.js'
import { didYouMean } from '../errors/did-you-mean.js'

/** A component of the config, as a plugin contributes it. */
export interface OptionsTaker {
  readonly name: string
  /** The schema of its own options, without `use`. @default it has none */
  readonly options?: Schema<unknown, unknown>
}

/** The options of a component of the config: valid, or the faults. */
export interface ReadComponentOptions {
  readonly value: unknown
  readonly issues: readonly string[]
}

/**
 * Checks options from the config with the schema of their component.
 *
 * @param setting Their place in the config.
 */
export function readComponentOptions(
  taker: OptionsTaker,
  options: object,
  setting: string,
  counts: (issue: Issue) => boolean = () => true,
): ReadComponentOptions {
  const known = knownOptions(taker)
  const unknown = known === undefined ? [] : Object.keys(options).filter((name) => !known.includes(name))
  const given = Object.fromEntries(Object.entries(options).filter(([name]) => !unknown.includes(name)))
  const result = taker.options?.['~standard'].validate(given) ?? { value: {} }
  if (result instanceof Promise)
    return { value: undefined, issues: [`${setting}: the schema of ${taker.name} must not be asynchronous`] }
  const issues = [
    ...unknown.map((name) => unknownSetting(`${setting}.${name}`, didYouMean(name, known ?? []), known ?? [])),
    ...describeIssues((result.issues ?? []).filter(counts), given, setting),
  ]
  return { value: result.issues === undefined ? result.value : undefined, issues }
}

/** Checks options before a run: values from the environment are checked only if `lookup` returns them. */
export function checkComponentOptions(
  taker: OptionsTaker,
  options: object,
  setting: string,
  lookup?: EnvironmentLookup,
): ReadComponentOptions {
  const { value, isLeftOut } = leaveOutEnvironment(options, lookup)
  return readComponentOptions(taker, value as object, setting, (issue) => !isLeftOut(issue))
}

/** The names of a component's options, if it states them and accepts no others. */
export function knownOptions({ options }: OptionsTaker): readonly string[] | undefined {
  return options === undefined ? [] : optionNames(options)
}
