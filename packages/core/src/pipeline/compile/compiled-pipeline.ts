import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import type { PipelineDefinition, SinkNode, SourceNode, StepNode } from '../../contracts/pipeline-definition.js'
import type { PipelinePlan, PlannedStep } from '../../contracts/plan.js'
import type { ColumnSet } from '../../contracts/row.js'
import type { SinkDefinition, SourceDefinition } from '../../contracts/storage.js'

/** A source with what runs it. */
export interface CompiledSource {
  readonly node: SourceNode
  readonly definition: SourceDefinition | undefined
  readonly options: unknown
  /** The options as the plan shows them. */
  readonly shown: unknown
  readonly columns: ColumnSet
}

/** A step with what runs it: options are validated, prompts are objects. */
export interface CompiledStep {
  readonly node: StepNode
  /** Undefined for functions and operator objects written into the pipeline. */
  readonly definition: OperatorDefinition | undefined
  readonly options: unknown
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

/** A checked pipeline: the plan as data, and beside it what the plan's names stand for. */
export interface CompiledPipeline {
  readonly plan: PipelinePlan
  readonly definition: PipelineDefinition
  readonly source: CompiledSource
  readonly steps: ReadonlyMap<string, CompiledStep>
  readonly sinks: ReadonlyMap<string, CompiledSink>
}

/** The same pipeline, writing nowhere: for those who take its rows themselves. */
export function withoutSinks(compiled: CompiledPipeline): CompiledPipeline {
  const stages = compiled.plan.stages.map((stage) => ({ ...stage, sinks: [] }))
  return { ...compiled, sinks: new Map(), plan: { ...compiled.plan, sinks: [], stages } }
}
