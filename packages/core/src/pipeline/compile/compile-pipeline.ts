import { type ColumnEffects, Operator, type OperatorKind } from '../../contracts/operator.js'
import type { OperatorDefinition, ServingNeed } from '../../contracts/operator-definition.js'
import type { FunctionStep, PipelineDefinition, SinkNode, StepNode } from '../../contracts/pipeline-definition.js'
import type { PipelinePlan, PlannedStep } from '../../contracts/plan.js'
import type { ColumnSet } from '../../contracts/row.js'
import { didYouMean } from '../../errors/did-you-mean.js'
import { maestroError } from '../../errors/error-table.js'
import { checkCondition } from './check-condition.js'
import { checkServings } from './check-servings.js'
import { checkPartitionSinks, checkTargets } from './check-targets.js'
import { applyEffects, effectsWhere, missingColumns } from './column-effects.js'
import { type CompileContext, Faults } from './compile-context.js'
import { compileSource } from './compile-source.js'
import type { CompiledPipeline, CompiledSink, CompiledStep } from './compiled-pipeline.js'
import { describeOptions, sourceVersion } from './describe-options.js'
import { orderSteps } from './order-steps.js'
import { planStages } from './plan-stages.js'
import { type PreparedTable, prepareTable, unknownTable } from './prepare-table.js'
import { readOptions } from './read-options.js'
import { promptScope, resolvePrompts } from './resolve-prompts.js'
import { resolveSources } from './resolve-sources.js'
import { sinkResumption } from './sink-resumption.js'
import { soundEffects } from './sound-columns.js'
import { soundBatchSize, soundServings, soundVectorStores } from './sound-needs.js'

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

async function compileStep(
  node: StepNode,
  columnsIn: ColumnSet,
  context: CompileContext,
  faults: Faults,
): Promise<CompiledStep | undefined> {
  const { use, concurrency = 1 } = node
  if (!Number.isInteger(concurrency) || concurrency < 1)
    faults.add(maestroError('MAESTRO_PIPELINE_CONCURRENCY', { step: node.id, concurrency }), node.id)
  if (use instanceof Operator) return compileOperatorObject(node, use, columnsIn, context, faults)
  if (typeof use === 'object' && 'run' in use) return compileFunction(node, use, columnsIn, faults)
  const definition =
    typeof use === 'string' ? faults.catch(() => context.find('operators', use, `step ${node.id}`), node.id) : use
  return definition === undefined ? undefined : compileDefined(node, definition, columnsIn, context, faults)
}

/** A step with a defined operator, either contributed or in code. */
async function compileDefined(
  node: StepNode,
  definition: OperatorDefinition,
  columnsIn: ColumnSet,
  context: CompileContext,
  faults: Faults,
): Promise<CompiledStep | undefined> {
  const { options: resolved, prompts } = await resolvePrompts(definition, node.options, context, faults, node.id)
  const given = await resolveSources(definition, resolved, context, faults, node.id)
  const read = await readOptions(definition.name, definition.options, given, context, faults, node.id)
  for (const token of context.missingTokens(definition.inject ?? []))
    faults.add(maestroError('MAESTRO_CONTAINER_UNKNOWN_TOKEN', { token: token.name, by: definition.name }), node.id)
  if (read === undefined) return undefined
  const { options, shown } = read
  const { effects, statements } =
    definition.kind === 'table'
      ? await prepareDefinedTable(node, definition, options, columnsIn, context, faults)
      : await declaredColumns(node.id, definition, options, columnsIn, faults)
  const scopes = prompts.map((given) => ({
    variables: given.prompt.variables,
    scope: promptScope(given, options, columnsIn),
  }))
  checkColumns(definition.name, node.id, effects, columnsIn, faults, scopes)
  const servings = faults.catch(() => soundServings(node.id, definition.servings?.(options) ?? []), node.id) ?? []
  checkServings(definition.name, node.id, options, servings, context, faults)
  const vectorStores =
    faults.catch(() => soundVectorStores(node.id, definition.vectorStores?.(options) ?? []), node.id) ?? []
  for (const name of vectorStores) faults.catch(() => context.checkVectorStore(name, definition.name), node.id)
  await faults.addAll(() => definition.check?.({ options, columns: columnsIn, step: node.id }), node.id)
  faults.catch(() => soundBatchSize(node.id, definition.batchSize?.(options) ?? 1), node.id)
  const deterministic = definition.deterministic ?? servings.length + vectorStores.length === 0
  const about = {
    use: definition.name,
    kind: definition.kind,
    version: definition.version ?? '1',
    options: shown,
    effects,
    servings,
    ...(vectorStores.length === 0 ? {} : { vectorStores }),
    deterministic,
  }
  return { node, definition, options, statements, planned: planStep(node, columnsIn, about) }
}

/** The columns of an operator of another kind than `table`. */
async function declaredColumns(
  step: string,
  definition: OperatorDefinition,
  options: unknown,
  columnsIn: ColumnSet,
  faults: Faults,
): Promise<PreparedTable> {
  const effects = await faults.catchLater(() => declaredEffects(step, definition, options, columnsIn), step)
  return { effects: effects ?? { opaque: true } }
}

async function declaredEffects(
  step: string,
  definition: OperatorDefinition,
  options: unknown,
  columnsIn: ColumnSet,
): Promise<ColumnEffects | undefined> {
  const declared = await definition.columns?.(options, columnsIn)
  return declared === undefined ? undefined : soundEffects(step, declared)
}

/** A table operator describes its work as data, so it can be created before the run. */
async function prepareDefinedTable(
  node: StepNode,
  definition: OperatorDefinition,
  options: unknown,
  columnsIn: ColumnSet,
  context: CompileContext,
  faults: Faults,
): Promise<PreparedTable> {
  const created = faults.catch(() => context.createOperator(definition, options), node.id)
  if (created === undefined) return unknownTable
  return prepareTable({ id: node.id, use: definition.name }, created, columnsIn, context, faults)
}

/** An operator object in the pipeline. */
async function compileOperatorObject(
  node: StepNode,
  operator: Operator,
  columnsIn: ColumnSet,
  context: CompileContext,
  faults: Faults,
): Promise<CompiledStep> {
  const name = operator.constructor.name
  const { effects } =
    operator.kind === 'table'
      ? await prepareTable({ id: node.id, use: name }, operator, columnsIn, context, faults)
      : { effects: operator.columns }
  checkColumns(name, node.id, effects, columnsIn, faults)
  const about = {
    use: name,
    kind: operator.kind,
    version: sourceVersion(operator.constructor),
    options: undefined,
    effects,
    servings: [],
    deterministic: false,
  }
  return { node, definition: undefined, options: undefined, planned: planStep(node, columnsIn, about) }
}

/** A function in the pipeline. */
function compileFunction(node: StepNode, step: FunctionStep, columnsIn: ColumnSet, faults: Faults): CompiledStep {
  const effects = step.columns ?? { opaque: true }
  checkColumns('function', node.id, effects, columnsIn, faults)
  const about = {
    use: 'function',
    kind: step.kind,
    version: step.version ?? sourceVersion(step.run),
    options: undefined,
    effects,
    servings: [],
    deterministic: false,
  }
  return { node, definition: undefined, options: undefined, planned: planStep(node, columnsIn, about) }
}

interface StepAbout {
  readonly use: string
  readonly kind: OperatorKind
  readonly version: string
  readonly options: unknown
  readonly effects: ColumnEffects
  readonly servings: readonly ServingNeed[]
  readonly vectorStores?: readonly string[]
  readonly deterministic: boolean
}

function planStep(node: StepNode, columnsIn: ColumnSet, about: StepAbout): PlannedStep {
  const { id, input } = node
  const { where } = node
  const effects = where === undefined ? about.effects : effectsWhere(about.effects, columnsIn)
  return {
    id,
    input,
    ...about,
    ...(where === undefined ? {} : { where: describeOptions(where) }),
    effects,
    columnsIn,
    columnsOut: applyEffects(columnsIn, effects),
  }
}

/**
 * Reports the columns that a step needs and that certainly do not exist, and says which of them are prompt variables.
 */
function checkColumns(
  use: string,
  step: string,
  effects: ColumnEffects,
  columns: ColumnSet,
  faults: Faults,
  prompts: readonly { readonly variables: readonly string[]; readonly scope: ColumnSet }[] = [],
): void {
  const unknown = new Set<string>()
  const add = (
    code: 'MAESTRO_PIPELINE_PROMPT_VARIABLE' | 'MAESTRO_PIPELINE_COLUMN_UNKNOWN',
    name: string,
    among: ColumnSet,
  ) => {
    if (unknown.has(name)) return
    unknown.add(name)
    const known = Object.keys(among.columns)
    faults.add(maestroError(code, { use, name, known, suggestion: didYouMean(name, known) }), step)
  }
  for (const { variables, scope } of prompts)
    for (const name of missingColumns(variables, scope)) add('MAESTRO_PIPELINE_PROMPT_VARIABLE', name, scope)
  const { reads = [], drops = [], keeps = [], renames = {} } = effects
  for (const name of missingColumns([...reads, ...drops, ...keeps, ...Object.keys(renames)], columns))
    add('MAESTRO_PIPELINE_COLUMN_UNKNOWN', name, columns)
}

async function compileSink(
  node: SinkNode,
  columns: ColumnSet,
  context: CompileContext,
  faults: Faults,
): Promise<CompiledSink | undefined> {
  const storage = faults.catch(() => context.find('storages', node.use, `step ${node.id}`), node.id)
  if (storage === undefined) return undefined
  const { sink: definition } = storage
  if (definition === undefined) {
    faults.add(maestroError('MAESTRO_PIPELINE_NOT_READABLE', { use: node.use, side: 'written' }), node.id)
    return undefined
  }
  const read = await readOptions(node.use, definition.options, node.options, context, faults, node.id)
  if (read === undefined) return undefined
  const { options, shown } = read
  const { directory, allowOutside, allowPrivateAddresses, ownOutputs, projectFiles } = context
  const overwrite = context.overwrite || ownOutputs.has(node.id)
  if (context.requireSink)
    await faults.addAll(
      () =>
        definition.check?.(options, {
          directory,
          allowOutside,
          allowPrivateAddresses,
          overwrite,
          projectFiles,
          columns,
        }),
      node.id,
    )
  return { node, definition, options, shown, columns }
}
