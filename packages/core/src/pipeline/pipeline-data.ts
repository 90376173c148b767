import type { PipelineDefinition } from '../contracts/pipeline-definition.js'
import { definePipeline, type PipelineData } from '../define/define-pipeline.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import { paramsError, unknownParam } from './to-definition.js'

const known = ['name', 'params', 'read', 'steps', 'write', 'incremental']

/**
 * A pipeline from the data of a YAML or JSON file. `${name}` in an option stands for a parameter; an option that
 * consists of nothing else keeps the parameter's type; `\${` is a literal `${`. An unknown parameter is an error.
 *
 * @throws MAESTRO_PIPELINE_MALFORMED, MAESTRO_PIPELINE_PARAMS
 */
export function fromPipelineData(
  data: unknown,
  source: string,
  params: Readonly<Record<string, unknown>>,
): PipelineDefinition {
  const issues = faultsOf(data)
  if (issues.length > 0) throw maestroError('MAESTRO_PIPELINE_MALFORMED', { pipeline: source, issues })
  const { params: declared = {}, ...rest } = data as PipelineData
  const values = parameterValues(rest.name, declared, params)
  const strays = new Set<string>()
  const definition = definePipeline(substitute(rest, values, strays) as PipelineData)
  if (strays.size > 0) {
    const names = Object.keys(declared)
    const literal = 'A literal ${ is written \\${.'
    throw paramsError(
      rest.name,
      [...strays].map((name) => `${unknownParam(name, names)} ${literal}`),
    )
  }
  return Object.keys(declared).length === 0 ? definition : { ...definition, params: values }
}

function faultsOf(data: unknown): readonly string[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return ['a pipeline is an object with name, read, steps and write']
  const faults: string[] = []
  for (const key of Object.keys(data)) {
    if (known.includes(key)) continue
    const suggestion = didYouMean(key, known)
    faults.push(
      `${key}: there is no such property.${suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`} Known: ${known.join(', ')}.`,
    )
  }
  const { name, read, steps = [], write = [], incremental } = data as Record<string, unknown>
  if (incremental !== undefined) faults.push(...incrementalFaults(incremental))
  if (typeof name !== 'string') faults.push('name: a text is expected')
  if (!usesSomething(read))
    faults.push('read: an object with `use` is expected, such as { use: fs.file, path: data/in.csv }')
  if (!Array.isArray(steps)) faults.push('steps: a list is expected')
  else for (const [index, step] of steps.entries()) faults.push(...partFaults(`steps[${index}]`, step))
  const sinks = Array.isArray(write) ? write : [write]
  for (const [index, sink] of sinks.entries()) faults.push(...partFaults(`write[${index}]`, sink))
  return faults
}

function incrementalFaults(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return ['incremental: an object with `key` is expected, such as { key: id }']
  const { key, compare, removed, ...others } = value as Record<string, unknown>
  const areNames = (names: unknown) => Array.isArray(names) && names.every((name) => typeof name === 'string')
  return [
    ...Object.keys(others).map(
      (name) => `incremental.${name}: there is no such property. Known: key, compare, removed.`,
    ),
    ...(typeof key === 'string' || areNames(key) ? [] : ['incremental.key: a column or a list of columns is expected']),
    ...(compare === undefined || areNames(compare) ? [] : ['incremental.compare: a list of columns is expected']),
    ...(removed === undefined || removed === 'keep' || removed === 'remove'
      ? []
      : ['incremental.removed: "keep" or "remove" is expected']),
  ]
}

/** The faults of a step or sink, apart from its options. */
function partFaults(place: string, part: unknown): readonly string[] {
  if (!usesSomething(part)) return [`${place}: an object with \`use\` is expected`]
  const { id, after, onError, concurrency } = part as Record<string, unknown>
  const texts = Object.entries({ id, after }).filter(([, value]) => value !== undefined && typeof value !== 'string')
  return [
    ...texts.map(([name]) => `${place}.${name}: a text is expected`),
    ...(onError === undefined || onError === 'reject' || onError === 'fail'
      ? []
      : [`${place}.onError: "reject" or "fail" is expected`]),
    ...(concurrency === undefined || typeof concurrency === 'number'
      ? []
      : [`${place}.concurrency: a number is expected`]),
  ]
}

function usesSomething(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { use?: unknown }).use === 'string'
}

function parameterValues(
  pipeline: string,
  declared: NonNullable<PipelineData['params']>,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const names = Object.keys(declared)
  const issues = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => unknownParam(name, names))
  const values: Record<string, unknown> = {}
  for (const [name, fallback] of Object.entries(declared)) {
    const value = Object.hasOwn(given, name) ? likeDefault(given[name], fallback) : fallback
    if (value === null || value === undefined) issues.push(`${name}: a value is required`)
    else if (typeof fallback !== 'string' && fallback !== null && typeof value !== typeof fallback)
      issues.push(`${name}: a ${typeof fallback} is expected, not ${JSON.stringify(value)}`)
    values[name] = value
  }
  if (issues.length > 0) throw paramsError(pipeline, issues)
  return values
}

/** A text from the command line is converted to the type of the parameter's default. */
function likeDefault(value: unknown, fallback: unknown): unknown {
  if (typeof value !== 'string') return value
  if (typeof fallback === 'number' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value)
  if (typeof fallback === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

const reference = /\\\$\{|\$\{([^}]*)\}/g

/** @param strays Receives the names that are not parameters. */
function substitute(value: unknown, params: Readonly<Record<string, unknown>>, strays: Set<string>): unknown {
  if (typeof value === 'string') {
    const whole = /^\$\{([^}]*)\}$/.exec(value)?.[1]?.trim()
    if (whole !== undefined && Object.hasOwn(params, whole)) return params[whole]
    return value.replace(reference, (text, inner?: string) => {
      if (inner === undefined) return '${'
      const name = inner.trim()
      if (Object.hasOwn(params, name)) return String(params[name])
      if (/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) strays.add(name)
      return text
    })
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, params, strays))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, params, strays)]))
}
