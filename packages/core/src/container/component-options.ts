import { type EnvironmentLookup, leaveOutEnvironment } from '../config/leave-out-environment.js'
import { unknownSetting } from '../config/resolve-config.js'
import type { Schema } from '../contracts/schema.js'
import { optionNames } from '../define/option-names.js'
import { describeIssues, type Issue } from '../errors/describe-issues.js'
import { didYouMean } from '../errors/did-you-mean.js'

/** Something that the config names, as a plugin contributes it. */
export interface OptionsTaker {
  readonly name: string
  /** Of its own options, without `use`. @default it takes none */
  readonly options?: Schema<unknown, unknown>
}

/** Options of something that the config names: valid, or what is wrong with them. */
export interface ReadComponentOptions {
  readonly value: unknown
  readonly issues: readonly string[]
}

/**
 * Puts options from the config to the schema of what takes them.
 *
 * @param setting Where they stand in the config.
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
    ...describeIssues((result.issues ?? []).filter(counts), setting),
  ]
  return { value: result.issues === undefined ? result.value : undefined, issues }
}

/** The same before a run: values from the environment are judged only as far as `lookup` gives them. */
export function checkComponentOptions(
  taker: OptionsTaker,
  options: object,
  setting: string,
  lookup?: EnvironmentLookup,
): ReadComponentOptions {
  const { value, isLeftOut } = leaveOutEnvironment(options, lookup)
  return readComponentOptions(taker, value as object, setting, (issue) => !isLeftOut(issue))
}

/** The names of the options that something takes, when it can say so and takes no others. */
export function knownOptions({ options }: OptionsTaker): readonly string[] | undefined {
  return options === undefined ? [] : optionNames(options)
}
