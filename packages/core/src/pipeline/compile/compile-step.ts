import { type ColumnEffects, Operator, type OperatorKind } from '../../contracts/operator.js'
import type { OperatorDefinition, ServingNeed } from '../../contracts/operator-definition.js'
import type { FunctionStep, StepNode } from '../../contracts/pipeline-definition.js'
import type { PlannedStep } from '../../contracts/plan.js'
import type { ColumnSet } from '../../contracts/row.js'
import { didYouMean } from '../../errors/did-you-mean.js'
import { maestroError } from '../../errors/error-table.js'
import { checkServings } from './check-servings.js'
import { applyEffects, effectsWhere, missingColumns } from './column-effects.js'
import type { CompileContext, Faults } from './compile-context.js'
import type { CompiledStep } from './compiled-pipeline.js'
import { describeOptions, sourceVersion } from './describe-options.js'
import { warnOfForeignTexts } from './foreign-texts.js'
import { type PreparedTable, prepareTable, unknownTable } from './prepare-table.js'
import { readOptions } from './read-options.js'
import { promptScope, resolvePrompts } from './resolve-prompts.js'
import { resolveSources } from './resolve-sources.js'
import { soundEffects } from './sound-columns.js'
import { soundBatchSize, soundServings, soundVectorStores } from './sound-needs.js'

/** Checks a step of a pipeline and plans it: its operator, its options, and the columns that it reads and leaves. */
export async function compileStep(
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
  warnOfForeignTexts({ id: node.id, where: node.where, statements }, columnsIn, faults)
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
  const { effects, statements }: PreparedTable =
    operator.kind === 'table'
      ? await prepareTable({ id: node.id, use: name }, operator, columnsIn, context, faults)
      : { effects: operator.columns }
  checkColumns(name, node.id, effects, columnsIn, faults)
  warnOfForeignTexts({ id: node.id, where: node.where, statements }, columnsIn, faults)
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
