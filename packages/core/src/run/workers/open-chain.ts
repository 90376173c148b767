import type { ModuleSteps, StepWorkers } from '../../contracts/step-workers.js'
import { MaestroError } from '../../errors/maestro-error.js'
import type { CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { StepCounter } from '../report/step-counter.js'
import type { RunContext } from '../run-context.js'
import { batchSize, createRowStep } from '../stream/create-row-step.js'
import type { RowStep } from '../stream/row-step.js'
import type { StepBase } from '../stream/step-base.js'
import { LateWorkers } from './late-workers.js'
import { canLeave } from './plan-segments.js'
import { decodeRequest } from './request-event.js'
import { partsOfTask } from './task-parts.js'
import { WorkerRuns } from './worker-runs.js'
import type { WorkerSegment } from './worker-segment.js'

/** The chain of a stage: which of its steps run here, and which in workers. */
export interface OpenedChain {
  /** All steps, in order. */
  readonly steps: readonly StepBase[]
  readonly links: readonly (RowStep | WorkerSegment)[]
  readonly rowsInFlight: number
  dispose(): Promise<void>
}

const defaultRowsInFlight = 1024

/**
 * Creates the operators of a stage here, and opens workers for the steps that the plan gives to them. If no worker takes
 * the steps, they run here, and the report says so.
 *
 * @throws MAESTRO_STEP_CREATE
 */
export async function openChain(
  stage: number,
  compiled: readonly CompiledStep[],
  context: RunContext,
): Promise<OpenedChain> {
  const onError = context.settings.onError ?? 'reject'
  const counterOf = (id: string) => context.counters.get(id) ?? new StepCounter()
  const inWorkers = new Set(
    context.trace === undefined ? context.compiled.plan.stages.find(({ index }) => index === stage)?.workers : [],
  )
  const opened: StepWorkers[] = []
  const steps: StepBase[] = []
  const links: (RowStep | WorkerSegment)[] = []
  const dispose = async () => void (await Promise.all(opened.map((workers) => workers.dispose())))
  try {
    for (let at = 0; at < compiled.length; ) {
      const length = lengthOf(compiled.slice(at), ({ planned }) => inWorkers.has(planned.id))
      const some = compiled.slice(at, at + Math.max(1, length))
      const workers = length === 0 ? undefined : await workersOf(stage, some, context)
      if (workers === undefined) {
        const here = some.map((step) => {
          const created = createRowStep(step, counterOf(step.node.id), onError, context)
          return isMeasured(step, context) ? context.stepTimes.measure(created) : created
        })
        steps.push(...here)
        links.push(...here)
      } else {
        opened.push(workers)
        const bases = some.map(({ node }) => ({
          id: node.id,
          onError: node.onError ?? onError,
          counter: counterOf(node.id),
        }))
        steps.push(...bases)
        links.push(segmentOf(bases, some, workers, context))
      }
      at += some.length
    }
  } catch (error) {
    await dispose()
    throw error
  }
  return { steps, links, rowsInFlight: rowsInFlightOf(links, compiled, context), dispose }
}

/** Whether the user could have the step run in threads: by how long it takes, the run says whether that pays. */
function isMeasured(step: CompiledStep, { executor, origin }: RunContext): boolean {
  const { workers } = executor
  return (workers === undefined || workers.startsWhenBusy === true) && origin !== undefined && canLeave(step)
}

/** The number of leading steps that a condition holds for. */
function lengthOf(steps: readonly CompiledStep[], holds: (step: CompiledStep) => boolean): number {
  const end = steps.findIndex((step) => !holds(step))
  return end === -1 ? steps.length : end
}

/** The workers of some steps. They are opened at once, or when the steps have kept this process busy. */
async function workersOf(
  stage: number,
  steps: readonly CompiledStep[],
  context: RunContext,
): Promise<StepWorkers | undefined> {
  const open = () => openWorkers(stage, steps, context)
  if (context.executor.workers?.startsWhenBusy !== true) return open()
  return new LateWorkers({
    open,
    busyMs() {
      const times = context.stepTimes.milliseconds()
      return steps.reduce((sum, { planned }) => sum + (times.get(planned.id) ?? 0), 0)
    },
  })
}

async function openWorkers(
  stage: number,
  steps: readonly CompiledStep[],
  context: RunContext,
): Promise<StepWorkers | undefined> {
  const { executor, origin, folder, settings, signal, logger, compiled } = context
  if (executor.workers === undefined || origin === undefined) return undefined
  const about = { runId: folder.runId, stage, steps: steps.map(({ node }) => node.id) }
  const module = inModule(steps, context)
  const { carrier } = context.hooks.taskSent.call({ ...about, carrier: {} })
  try {
    return await executor.workers.open(
      {
        run: folder.runId,
        stage,
        steps: about.steps,
        origin,
        expected: {
          ...partsOfTask(steps, compiled.definition.params, context),
          ...origin.modules,
          ...(module === undefined ? origin.plugins : {}),
        },
        rowsInFlight: settings.rowsInFlight ?? defaultRowsInFlight,
        fresh: context.isFresh,
        clonesRows: executor.workers.clonesRows ?? false,
        inModule: module,
        carrier,
      },
      { signal, logger },
    )
  } catch (error) {
    if (!MaestroError.is(error) || signal.aborted) throw error
    if (executor.workers.startsWhenBusy === true) {
      logger.debug(`Stateless steps stay in this thread: ${context.redact(error).message}`)
      return undefined
    }
    const [step = ''] = about.steps
    const message = `The executor ${executor.name} found no workers for ${about.steps.join(', ')}, which ran in the process of the run: ${context.redact(error).message}`
    context.warnings.push({ step, message })
    return undefined
  }
}

/** The steps, if the module of the pipeline is all that a thread or process of this machine needs for them. */
function inModule(steps: readonly CompiledStep[], { executor, hooks, settings }: RunContext): ModuleSteps | undefined {
  const isObserved = hooks.partitionStart.isUsed() || hooks.partitionDone.isUsed()
  if (executor.workers?.clonesRows !== true || isObserved) return undefined
  if (steps.some(({ definition }) => definition !== undefined)) return undefined
  return { planned: steps.map(({ planned }) => planned), settings }
}

function segmentOf(
  steps: readonly StepBase[],
  compiled: readonly CompiledStep[],
  workers: StepWorkers,
  context: RunContext,
): WorkerSegment {
  const { settings, executor } = context
  let own: readonly RowStep[] | undefined
  const segment: WorkerSegment = {
    kind: 'workers',
    open: (streamed, events) => new WorkerRuns(segment, streamed, events),
    steps,
    workers,
    late: workers instanceof LateWorkers ? workers : undefined,
    executor: executor.name,
    clonesRows: executor.workers?.clonesRows ?? false,
    keepsOrder: executor.workers?.asksServings !== true,
    batchSize: Math.max(
      1,
      ...compiled.map((step) => (step.planned.kind === 'mapBatches' ? batchSize(step, undefined) : 1)),
    ),
    rowsInFlight: rowsInFlightWith(workers, settings.rowsInFlight),
    ownSteps() {
      own ??= compiled.map((step) => {
        const created = createRowStep(step, new StepCounter(0), settings.onError ?? 'reject', context)
        return segment.late === undefined ? created : context.stepTimes.measure(created)
      })
      return own
    },
    takeRequest: (request) => context.requestDone(decodeRequest(request)),
  }
  return segment
}

/** Workers get enough rows to be busy. Where this process asks models, the usual number of rows is in progress. */
function rowsInFlightOf(
  links: OpenedChain['links'],
  compiled: readonly CompiledStep[],
  { settings }: RunContext,
): number {
  const segments = links.flatMap((link) => (link.kind === 'workers' ? [link] : []))
  const elsewhere = new Set(segments.flatMap(({ steps }) => steps.map(({ id }) => id)))
  const asksHere = compiled.some(({ node, planned }) => !elsewhere.has(node.id) && planned.servings.length > 0)
  if (segments.length === 0 || asksHere) return settings.rowsInFlight ?? defaultRowsInFlight
  return Math.max(...segments.map(({ rowsInFlight }) => rowsInFlight))
}

function rowsInFlightWith({ width, partition }: StepWorkers, set: number | undefined): number {
  return set ?? Math.max(defaultRowsInFlight, 2 * Math.max(1, width) * partition.mostRows)
}
