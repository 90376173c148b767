import { Operator } from '../../contracts/operator.js'
import type { PlannedStage } from '../../contracts/plan.js'
import type { WorkerPool } from '../../contracts/step-workers.js'
import type { CompiledPipeline, CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { StepCounter } from '../report/step-counter.js'
import { isFunction } from '../stream/create-row-step.js'
import { linkSteps, type RowStep } from '../stream/row-step.js'

/** What a plan knows of workers. */
type PlannedPool = Pick<WorkerPool, 'asksServings' | 'startsWhenBusy'>

/** The stages of a plan, with the steps that run in the workers of an executor. */
export function withWorkerSteps(compiled: CompiledPipeline, pool: PlannedPool): CompiledPipeline {
  const stages = compiled.plan.stages.map((stage) => {
    const workers = stage.kind === 'rows' ? workerSteps(stage, compiled, pool) : []
    return workers.length === 0
      ? stage
      : { ...stage, workers, ...(pool.startsWhenBusy ? { startsWhenBusy: true } : {}) }
  })
  return { ...compiled, plan: { ...compiled.plan, stages } }
}

function workerSteps(stage: PlannedStage, { steps: all }: CompiledPipeline, pool: PlannedPool): readonly string[] {
  const steps = stage.steps.flatMap((id) => all.get(id) ?? [])
  const movable = new Set(steps.filter((step) => isMovable(step, pool)).map(({ planned }) => planned.id))
  // Steps that work side by side on a row stay together: the order in which they run decides what is paid for.
  return linkSteps(steps.map(sketchOf)).flatMap((link) => {
    const ids = link.kind === 'sideBySide' || link.kind === 'workers' ? link.steps.map(({ id }) => id) : [link.id]
    return ids.every((id) => movable.has(id)) ? ids : []
  })
}

/** Whether workers that do not ask models can run a step. */
export const canLeave = (step: CompiledStep): boolean => isMovable(step, { asksServings: false })

function isMovable(step: CompiledStep, { asksServings, startsWhenBusy = false }: PlannedPool): boolean {
  const { node, planned, definition } = step
  if (startsWhenBusy && !isStateless(step)) return false
  if (node.concurrency !== undefined || definition?.writesElsewhere === true) return false
  // Rows that pass a step by are counted where the rows are.
  if (node.where !== undefined) return false
  if ((planned.vectorStores ?? []).length > 0) return false
  return asksServings || (planned.servings.length === 0 && !(node.use instanceof Operator && holdsServing(node.use)))
}

/** Whether the author of a step says that it keeps nothing between rows. */
function isStateless({ node: { use }, definition }: CompiledStep): boolean {
  if (typeof use === 'object' && 'stateless' in use) return use.stateless === true
  return definition?.stateless === true
}

/** Whether a property of an operator object is a model. */
function holdsServing(operator: Operator): boolean {
  return Object.values(operator).some(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      ['generate', 'embed', 'rerank', 'transcribe'].some((method) => typeof Reflect.get(value, method) === 'function'),
  )
}

/** What decides which steps work side by side. */
function sketchOf(step: CompiledStep): RowStep {
  const { id, kind, effects } = step.planned
  const base = { id, onError: 'reject', counter: new StepCounter(0) } as const
  if (kind === 'map' && !isFunction(step) && step.node.where === undefined)
    return { ...base, kind, run: (row) => row, effects }
  return { ...base, kind: 'filter', run: () => true }
}
