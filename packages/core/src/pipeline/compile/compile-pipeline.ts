import type { PipelineDefinition } from '../../contracts/pipeline-definition.js'
import type { PipelinePlan } from '../../contracts/plan.js'
import type { ColumnSet } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import { checkCondition } from './check-condition.js'
import { checkPartitionSinks, checkTargets } from './check-targets.js'
import { type CompileContext, Faults } from './compile-context.js'
import { compileSink } from './compile-sink.js'
import { compileSource } from './compile-source.js'
import { compileStep } from './compile-step.js'
import type { CompiledPipeline, CompiledSink, CompiledStep } from './compiled-pipeline.js'
import { describeOptions } from './describe-options.js'
import { orderSteps } from './order-steps.js'
import { planStages } from './plan-stages.js'
import { sinkResumption } from './sink-resumption.js'

const unknownColumns: ColumnSet = { columns: {}, open: true }

/**
 * Hop 7: checks a pipeline from end to end and creates its plan. It checks names, options, columns, prompt variables,
 * accepted prompts, servings and their capabilities, cycles, and the operators' own checks, before a row is read or a
 * token is spent.
 *
 * @throws MAESTRO_PIPELINE_INVALID with all faults at once
 */
export async function compilePipeline(
  definition: PipelineDefinition,
  context: CompileContext,
): Promise<CompiledPipeline> {
  const faults = new Faults()
  const source = await compileSource(definition, context, faults)
  const columnsAfter = new Map<string, ColumnSet>([['source', source?.columns ?? unknownColumns]])
  const steps = new Map<string, CompiledStep>()
  for (const node of orderSteps(definition, faults)) {
    const columnsIn = columnsAfter.get(node.input) ?? unknownColumns
    const step = await compileStep(node, columnsIn, context, faults)
    if (step !== undefined && node.where !== undefined) checkCondition(step.planned, node.where, faults)
    columnsAfter.set(node.id, step?.planned.columnsOut ?? unknownColumns)
    if (step !== undefined) steps.set(node.id, step)
  }
  const sinks = new Map<string, CompiledSink>()
  for (const node of definition.sinks) {
    const sink = await compileSink(node, columnsAfter.get(node.input) ?? unknownColumns, context, faults)
    if (sink !== undefined) sinks.set(node.id, sink)
  }
  if (context.requireSink) {
    checkTargets([...sinks.values()], context, faults)
    checkPartitionSinks([...sinks.values()], faults)
  }
  const writesElsewhere = [...steps.values()].some((step) => step.definition?.writesElsewhere === true)
  if (context.requireSink && definition.sinks.length === 0 && !writesElsewhere)
    faults.add(maestroError('MAESTRO_PIPELINE_NO_SINK', { pipeline: definition.name }))
  for (const step of context.cuts)
    if (!definition.steps.some(({ id }) => id === step))
      faults.add(maestroError('MAESTRO_PIPELINE_NO_SUCH_STEP', { step, steps: definition.steps.map(({ id }) => id) }))
  for (const fault of context.checkComponents()) faults.addNew(fault)
  faults.throwIfAny(definition.name)
  if (source === undefined) throw maestroError('MAESTRO_PIPELINE_NO_SOURCE', { pipeline: definition.name })

  const planned = [...steps.values()].map((step) => step.planned)
  const plan: PipelinePlan = {
    version: 1,
    pipeline: definition.name,
    params: describeOptions(definition.params ?? {}),
    source: {
      use: 'use' in source.node ? source.node.use : 'rows',
      options: source.shown,
      columns: source.columns,
    },
    steps: planned,
    sinks: [...sinks.values()].map((sink) => {
      const { node, shown, columns } = sink
      return { ...node, options: shown, columns, ...sinkResumption(sink, context) }
    }),
    stages: planStages(planned, definition.sinks, context.cuts),
    warnings: faults.warnings,
  }
  return { plan, definition, source, steps, sinks }
}
