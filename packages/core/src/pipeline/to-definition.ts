import type { PipelineDefinition } from '../contracts/pipeline-definition.js'
import {
  type AnyParameterisedPipeline,
  PipelineBuilder,
  type PipelineInput,
  startPipeline,
} from '../define/pipeline.js'
import { maestroError } from '../errors/error-table.js'

/**
 * A pipeline in any of its forms as data.
 *
 * @param params Values of its parameters; texts from the command line may stand for other types.
 * @throws MAESTRO_PIPELINE_PARAMS
 */
export async function toDefinition(
  pipeline: PipelineInput,
  params: Readonly<Record<string, unknown>> = {},
): Promise<PipelineDefinition> {
  if (pipeline instanceof PipelineBuilder) return withParams(pipeline.definition, params)
  if (!isParameterised(pipeline)) return withParams('definition' in pipeline ? pipeline.definition : pipeline, params)
  const { name, params: schema } = pipeline
  // A text that the schema refuses may be a number or truth value written as text.
  const attempts = [params, Object.fromEntries(Object.entries(params).map(([key, value]) => [key, parsed(value)]))]
  let issues: readonly string[] = []
  for (const attempt of attempts) {
    const result = await schema['~standard'].validate(attempt)
    if (result.issues === undefined)
      return pipeline.build(startPipeline(name, result.value) as never, result.value as never).definition
    issues = result.issues.map(
      (issue) =>
        `${(issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')}: ${issue.message}`,
    )
  }
  throw maestroError('MAESTRO_PIPELINE_PARAMS', { pipeline: name, issues })
}

export function isParameterised(pipeline: unknown): pipeline is AnyParameterisedPipeline {
  return typeof pipeline === 'object' && pipeline !== null && 'build' in pipeline && 'params' in pipeline
}

function withParams(definition: PipelineDefinition, params: Readonly<Record<string, unknown>>): PipelineDefinition {
  const given = Object.keys(params)
  if (given.length > 0) {
    throw maestroError('MAESTRO_PIPELINE_PARAMS', {
      pipeline: definition.name,
      issues: given.map((name) => `${name}: the pipeline has no such parameter`),
    })
  }
  return definition
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
