import type { Disposable } from '../../container/dispose-all.js'
import type { CallingStep } from '../../container/step-servings.js'
import type { RunConfig } from '../../contracts/config.js'
import { Operator, type OperatorKind } from '../../contracts/operator.js'
import type { OperatorDefinition, OperatorFunctions } from '../../contracts/operator-definition.js'
import { matching } from '../../define/row-condition.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import type { CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { soundBatchSize } from '../../pipeline/compile/sound-needs.js'
import { type CheckedStep, StepChecks } from '../checks/step-checks.js'
import type { StepCounter } from '../report/step-counter.js'
import { CallGate } from './call-gate.js'

import type { RowStep } from './row-step.js'

const defaultBatchSize = 64

/** Creates operators and keeps them until the run ends. */
export interface OperatorMaker {
  readonly operators: Disposable[]
  readonly settings: Pick<RunConfig, 'checks'>
  pluginOf(kind: 'operators', name: string): string | undefined
  createOperator(definition: OperatorDefinition, options: unknown, step: CallingStep): unknown
  /** The run whose steps the operators are for. */
  readonly runId: string
}

/** Creates the operator of a step. @throws MAESTRO_STEP_CREATE */
export function createStepOperator(step: CompiledStep, maker: OperatorMaker): unknown {
  const { use } = step.node
  if (use instanceof Operator) return use
  if (step.definition === undefined) return typeof use === 'object' && 'run' in use ? use.run : undefined
  let created: unknown
  try {
    created = maker.createOperator(step.definition, step.options, { run: maker.runId, step: step.node.id })
  } catch (error) {
    if (MaestroError.is(error)) throw error.at({ step: step.node.id })
    throw maestroError('MAESTRO_STEP_CREATE', { step: step.node.id, reason: (error as Error).message }, error)
  }
  if (isDisposable(created)) maker.operators.push(created)
  return created
}

/** Prepares a step of a row stage. @throws MAESTRO_STEP_CREATE */
export function createRowStep(
  step: CompiledStep,
  counter: StepCounter,
  onError: 'reject' | 'fail',
  maker: OperatorMaker,
): RowStep {
  const { id, kind, effects } = step.planned
  const created = createStepOperator(step, maker)
  const run = created instanceof Operator ? rowFunction(created) : created
  if (typeof run !== 'function') {
    throw maestroError('MAESTRO_STEP_CREATE', {
      step: id,
      reason: `create() returned ${describeValue(created)} instead of a function or an operator`,
    })
  }
  const { concurrency, where } = step.node
  const base = {
    id,
    counter,
    onError: step.node.onError ?? onError,
    checks: new StepChecks(checkedStep(step, maker), maker.settings.checks),
    ...(where === undefined ? {} : { where: matching(id, where, step.planned.columnsIn.columns) }),
    ...(concurrency === undefined ? {} : { gate: new CallGate(concurrency) }),
  }
  switch (kind) {
    case 'map':
      // The declared effects of a function are not trusted: it may change more than it declares.
      return {
        ...base,
        kind,
        run: run as OperatorFunctions['map'],
        effects: isFunction(step) ? undefined : effects,
        isPaid: isPaid(step),
      }
    case 'filter':
      return { ...base, kind, run: run as OperatorFunctions['filter'] }
    case 'flatMap':
      return { ...base, kind, run: run as OperatorFunctions['flatMap'] }
    case 'mapBatches':
      return { ...base, kind, run: run as OperatorFunctions['mapBatches'], size: batchSize(step, created) }
    default:
      throw maestroError('MAESTRO_STEP_CREATE', { step: id, reason: `a ${kind} operator does not run row by row` })
  }
}

function checkedStep(step: CompiledStep, maker: OperatorMaker): CheckedStep {
  const { id, use, kind, effects } = step.planned
  return {
    id,
    use,
    kind,
    plugin: step.definition === undefined ? undefined : maker.pluginOf('operators', use),
    effects,
    isFunction: isFunction(step),
  }
}

/** Whether a step is a function of the pipeline. */
export function isFunction({ node: { use } }: CompiledStep): boolean {
  return typeof use === 'object' && 'run' in use && !(use instanceof Operator)
}

/** Whether a step asks models or stores, or may do so, because this is not known of an operator object. */
export function isPaid({ node, planned }: CompiledStep): boolean {
  return planned.servings.length + (planned.vectorStores?.length ?? 0) > 0 || node.use instanceof Operator
}

/** The method that an operator object of each row kind has. */
const methods: Readonly<Partial<Record<OperatorKind, string>>> = {
  map: 'map',
  filter: 'keep',
  flatMap: 'flatMap',
  mapBatches: 'mapBatches',
}

/** The function of an operator object of one of the row kinds. */
export function rowFunction(operator: Operator): unknown {
  const method: unknown = Reflect.get(operator, methods[operator.kind] ?? '')
  return typeof method === 'function' ? method.bind(operator) : undefined
}

/** The number of rows in a batch of an operator object, if it works on batches. @throws MAESTRO_STEP_CREATE */
export function batchSizeOf(step: string, operator: unknown): number | undefined {
  if (!(operator instanceof Operator) || operator.kind !== 'mapBatches') return undefined
  const size: unknown = Reflect.get(operator, 'batchSize')
  return size === undefined ? undefined : soundBatchSize(step, size)
}

/** The number of rows in a batch of a step that works on batches. @throws MAESTRO_STEP_CREATE */
export function batchSize(step: CompiledStep, created: unknown): number {
  const { use } = step.node
  const own = typeof use === 'object' && 'size' in use ? use.size : undefined
  const size =
    batchSizeOf(step.planned.id, created) ?? own ?? step.definition?.batchSize?.(step.options) ?? defaultBatchSize
  return soundBatchSize(step.planned.id, size)
}

function isDisposable(created: unknown): created is Disposable {
  return typeof (created as Partial<Disposable> | null | undefined)?.dispose === 'function'
}
