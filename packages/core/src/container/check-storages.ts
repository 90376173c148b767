import { type EnvironmentLookup, leaveOutEnvironment } from '../config/leave-out-environment.js'
import { unknownSetting } from '../config/resolve-config.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { StorageDefinition } from '../contracts/storage.js'
import { describeIssues, type Issue } from '../errors/describe-issues.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import type { Registry } from '../plugins/registry.js'
import { knownOptions, type OptionsTaker } from './component-options.js'
import type { ComponentFault } from './configured-components.js'

/**
 * The faults of the storages in the config. Their options may be incomplete, because pipelines add more: a missing
 * option is not a fault here, and an option is valid if reading or writing accepts it.
 */
export function checkStorages(
  { storages, path = 'given in code' }: Pick<ResolvedConfig, 'storages' | 'path'>,
  registry: Registry,
  lookup?: EnvironmentLookup,
): readonly ComponentFault[] {
  return Object.entries(storages).flatMap(([name, { use, ...options }]) => {
    const setting = `storages.${name}`
    if (registry.isAnnounced('storages', use)) return []
    try {
      const issues = storageIssues(registry.get('storages', use, setting), options, setting, lookup)
      return issues.length === 0 ? [] : [{ setting, error: maestroError('MAESTRO_CONFIG_INVALID', { path, issues }) }]
    } catch (error) {
      if (!MaestroError.is(error)) throw error
      return [{ setting, error }]
    }
  })
}

function storageIssues(
  { name, source, sink }: StorageDefinition,
  given: object,
  setting: string,
  lookup: EnvironmentLookup | undefined,
): readonly string[] {
  const { value, isLeftOut } = leaveOutEnvironment(given, lookup)
  const options = value as Readonly<Record<string, unknown>>
  const sides = [source, sink].flatMap((side) => (side === undefined ? [] : [{ name, options: side.options }]))
  const known = [...new Set(sides.flatMap((side) => knownOptions(side) ?? Object.keys(options)))]
  const verdicts = sides.map((side) => issuesOf(side, options))
  return Object.keys(options).flatMap((option) => {
    if (!known.includes(option)) return [unknownSetting(`${setting}.${option}`, didYouMean(option, known), known)]
    const takers = verdicts.filter(({ takes }) => takes(option))
    const complaints = takers.map(({ issues }) => issues.filter((issue) => isAbout(option, issue) && !isLeftOut(issue)))
    const [first = []] = complaints
    return complaints.every((issues) => issues.length > 0) ? describeIssues(first, options, setting) : []
  })
}

/** What the source or the sink says about the options. */
function issuesOf(side: OptionsTaker, options: Readonly<Record<string, unknown>>) {
  const known = knownOptions(side)
  const takes = (option: string) => known === undefined || known.includes(option)
  const own = Object.fromEntries(Object.entries(options).filter(([option]) => takes(option)))
  const result = side.options?.['~standard'].validate(own)
  // An asynchronous schema checks the options when the pipeline is compiled.
  return { takes, issues: result instanceof Promise ? [] : (result?.issues ?? []) }
}

function isAbout(option: string, { path: [first] = [] }: Issue): boolean {
  return first !== undefined && String(typeof first === 'object' ? first.key : first) === option
}
