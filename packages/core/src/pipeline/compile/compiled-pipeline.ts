import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import type { PipelineDefinition, SinkNode, SourceNode, StepNode } from '../../contracts/pipeline-definition.js'
import type { PipelinePlan, PlannedStep } from '../../contracts/plan.js'
import type { ColumnSet } from '../../contracts/row.js'
import type { SinkDefinition } from '../../contracts/sink.js'
import type { SourceDefinition } from '../../contracts/source.js'
import type { TableStatement } from '../../contracts/table-engine.js'

/** A source with its implementation. */
export interface CompiledSource {
  readonly node: SourceNode
  readonly definition: SourceDefinition | undefined
  readonly options: unknown
  /** The options as the plan shows them. */
  readonly shown: unknown
  readonly columns: ColumnSet
}

/** A source in an option of a step. */
export interface OtherSource {
  readonly use: string
  readonly definition: SourceDefinition
  readonly options: unknown
  readonly columns: ColumnSet
}

/** A step with its implementation: options are validated, and prompts are objects. */
export interface CompiledStep {
  readonly node: StepNode
  /** Undefined for functions and operator objects in the pipeline. */
  readonly definition: OperatorDefinition | undefined
  readonly options: unknown
  /** What the table engine has checked of a defined table operator. */
  readonly statements?: readonly TableStatement[] | undefined
  readonly planned: PlannedStep
}

export interface CompiledSink {
  readonly node: SinkNode
  readonly definition: SinkDefinition
  readonly options: unknown
  /** The options as the plan shows them. */
  readonly shown: unknown
  readonly columns: ColumnSet
}

/** A checked pipeline: the plan as data, and the implementations of the plan's names. */
export interface CompiledPipeline {
  readonly plan: PipelinePlan
  readonly definition: PipelineDefinition
  readonly source: CompiledSource
  readonly steps: ReadonlyMap<string, CompiledStep>
  readonly sinks: ReadonlyMap<string, CompiledSink>
  /** The code that the source and the steps use besides the text of their functions: hashes by names for people, by step. */
  readonly code?: ReadonlyMap<string, Readonly<Record<string, string>>>
}

/** The same pipeline without sinks, for callers that take its rows themselves. */
export function withoutSinks(compiled: CompiledPipeline): CompiledPipeline {
  const stages = compiled.plan.stages.map((stage) => ({ ...stage, sinks: [] }))
  return { ...compiled, sinks: new Map(), plan: { ...compiled.plan, sinks: [], stages } }
}
