import type { PipelineDefinition } from '../contracts/pipeline-definition.js'
import { optionNames } from '../define/option-names.js'
import {
  type AnyParameterizedPipeline,
  PipelineBuilder,
  type PipelineInput,
  startPipeline,
} from '../define/pipeline.js'
import { describeIssues } from '../errors/describe-issues.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'

/**
 * A pipeline in any of its forms, as data.
 *
 * @param params The values of its parameters; texts from the command line may stand for other types.
 * @throws MAESTRO_PIPELINE_PARAMS
 */
export async function toDefinition(
  pipeline: PipelineInput,
  params: Readonly<Record<string, unknown>> = {},
): Promise<PipelineDefinition> {
  if (pipeline instanceof PipelineBuilder) return withParams(pipeline.definition, params)
  if (!isParameterised(pipeline)) return withParams('definition' in pipeline ? pipeline.definition : pipeline, params)
  const { name, params: schema } = pipeline
  const known = optionNames(schema)
  const unknown = known === undefined ? [] : Object.keys(params).filter((param) => !known.includes(param))
  if (unknown.length > 0)
    throw paramsError(
      name,
      unknown.map((param) => unknownParam(param, known ?? [])),
    )
  const asGiven = await schema['~standard'].validate(params)
  const result =
    asGiven.issues === undefined ? asGiven : await schema['~standard'].validate(parseRefused(params, asGiven.issues))
  if (result.issues !== undefined) throw paramsError(name, describeIssues(result.issues, params))
  return pipeline.build(startPipeline(name, result.value) as never, result.value as never).definition
}

export function isParameterised(pipeline: unknown): pipeline is AnyParameterizedPipeline {
  return typeof pipeline === 'object' && pipeline !== null && 'build' in pipeline && 'params' in pipeline
}

function withParams(definition: PipelineDefinition, params: Readonly<Record<string, unknown>>): PipelineDefinition {
  const given = Object.keys(params)
  if (given.length > 0)
    throw paramsError(
      definition.name,
      given.map((param) => unknownParam(param, [])),
    )
  return definition
}

/** A text that the schema refuses may be a number, a boolean, or another value in the text form of the command line. */
function parseRefused(
  params: Readonly<Record<string, unknown>>,
  issues: Parameters<typeof describeIssues>[0],
): Readonly<Record<string, unknown>> {
  const refused = issues.map(({ path: [first] = [] }) => String(typeof first === 'object' ? first.key : (first ?? '')))
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, refused.includes(name) ? parsed(value) : value]),
  )
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** The message for an unknown parameter of a pipeline. */
export function unknownParam(name: string, known: readonly string[]): string {
  const suggestion = didYouMean(name, known)
  const meant = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`
  return `${name}: the pipeline has no such parameter.${meant} It has ${known.join(', ') || 'none'}.`
}

/** @returns MAESTRO_PIPELINE_PARAMS */
export function paramsError(pipeline: string, issues: readonly string[]): MaestroError {
  return maestroError('MAESTRO_PIPELINE_PARAMS', { pipeline, issues })
}
