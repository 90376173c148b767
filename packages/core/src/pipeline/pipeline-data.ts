import type { PipelineDefinition } from '../contracts/pipeline-definition.js'
import { definePipeline, type PipelineData } from '../define/define-pipeline.js'
import { maestroError } from '../errors/error-table.js'
import { didYouMean } from '../plugins/did-you-mean.js'

const known = ['name', 'params', 'read', 'steps', 'write']

/**
 * A pipeline from the data of a YAML or JSON file. `${name}` in an option stands for a parameter; an option that is
 * nothing else keeps the parameter's type; `\${` is a literal `${`.
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
  const definition = definePipeline(substitute(rest, values) as PipelineData)
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
      `${key}: there is no such part.${suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`} Known: ${known.join(', ')}.`,
    )
  }
  const { name, read, steps = [], write = [] } = data as Record<string, unknown>
  if (typeof name !== 'string') faults.push('name: a text is expected')
  if (!usesSomething(read))
    faults.push('read: an object with `use` is expected, such as { use: fs.file, path: data/in.csv }')
  if (!Array.isArray(steps)) faults.push('steps: a list is expected')
  else
    for (const [index, step] of steps.entries())
      if (!usesSomething(step)) faults.push(`steps[${index}]: an object with \`use\` is expected`)
  const sinks = Array.isArray(write) ? write : [write]
  for (const [index, sink] of sinks.entries())
    if (!usesSomething(sink)) faults.push(`write[${index}]: an object with \`use\` is expected`)
  return faults
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
    .map((name) => `${name}: the pipeline has no such parameter; it has ${names.join(', ') || 'none'}`)
  const values: Record<string, unknown> = {}
  for (const [name, fallback] of Object.entries(declared)) {
    const value = Object.hasOwn(given, name) ? likeDefault(given[name], fallback) : fallback
    if (value === null || value === undefined) issues.push(`${name}: a value must be given`)
    values[name] = value
  }
  if (issues.length > 0) throw maestroError('MAESTRO_PIPELINE_PARAMS', { pipeline, issues })
  return values
}

/** A text from the command line takes the type of the parameter's default. */
function likeDefault(value: unknown, fallback: unknown): unknown {
  if (typeof value !== 'string') return value
  if (typeof fallback === 'number' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value)
  if (typeof fallback === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

const reference = /\\\$\{|\$\{([^}]*)\}/g

function substitute(value: unknown, params: Readonly<Record<string, unknown>>): unknown {
  if (typeof value === 'string') {
    const whole = /^\$\{([^}]*)\}$/.exec(value)?.[1]?.trim()
    if (whole !== undefined && Object.hasOwn(params, whole)) return params[whole]
    return value.replace(reference, (text, name?: string) => {
      if (name === undefined) return '${'
      return Object.hasOwn(params, name.trim()) ? String(params[name.trim()]) : text
    })
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, params))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, params)]))
}
