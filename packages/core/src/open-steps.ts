import { loadConfig } from './config/load-config.js'
import { resolveConfig } from './config/resolve-config.js'
import type { ResolvedConfig } from './config/resolved-config.js'
import { disposeAll } from './container/dispose-all.js'
import type { PartitionEvent } from './contracts/events.js'
import type { OpenedSteps, PartitionResult, WorkerTask } from './contracts/step-workers.js'
import { maestroError } from './errors/error-table.js'
import { MaestroError } from './errors/maestro-error.js'
import { OpenedProject } from './opened-project.js'
import type { CompiledStep } from './pipeline/compile/compiled-pipeline.js'
import { preparePipeline } from './prepare-pipeline.js'
import { fromErrorData } from './provider/error-data.js'
import { changedParts } from './run/durability/stage-fingerprint.js'
import { promptVersions } from './run/prompt-versions.js'
import { StepCounter } from './run/report/step-counter.js'
import type { RunEnvironment } from './run/run-environment.js'
import { createRowStep, type OperatorMaker } from './run/stream/create-row-step.js'
import type { RowStep } from './run/stream/row-step.js'
import { encodeRequest } from './run/workers/request-event.js'
import { type PartitionSettings, runPartition } from './run/workers/run-partition.js'
import { partsOfTask } from './run/workers/task-parts.js'
import type { Scope } from './session.js'

/**
 * Opens the project and the pipeline of a task again, in a worker, and creates the operators of its steps there.
 *
 * @param config The config, if it is not the one that the task names.
 * @throws MAESTRO_WORKER_OTHER_PLAN if the steps are not those of the run, and what loading the pipeline throws
 */
export async function openSteps(task: WorkerTask, config?: () => Promise<ResolvedConfig>): Promise<OpenedSteps> {
  const read = config ?? (() => readConfig(task.origin.config))
  // The executor of the run has no workers of its own here, and code may have contributed it.
  const project = new OpenedProject(async () => ({ ...(await read()), executor: { use: 'local' } }))
  const disposables: { dispose(): Promise<void> | void }[] = [project]
  const dispose = () => disposeAll(disposables.toReversed())
  try {
    const { pipeline, params } = task.origin
    const { compiled, session, origin } = await preparePipeline(
      project,
      pipeline,
      { params, overwrite: true },
      { requireSink: false },
    )
    const steps = task.steps.flatMap((id) => compiled.steps.get(id) ?? [])
    const scope = session.openRun(compiled.plan.pipeline)
    disposables.push(scope)
    const { environment } = scope
    const found = {
      ...partsOfTask(steps, compiled.definition.params, environment),
      ...origin?.modules,
      ...origin?.plugins,
    }
    const changed = changedParts(task.expected, found)
    if (changed.length > 0) throw maestroError('MAESTRO_WORKER_OTHER_PLAN', { pipeline, changed })
    const requests: string[] = []
    const stopObserving = environment.observeServings({
      sendsAway: true,
      requestDone: (event) => void (event.run === task.run && requests.push(encodeRequest(event))),
      servingState: () => undefined,
    })
    environment.beginRun(task.run, promptVersions(compiled), undefined, task.fresh)
    disposables.push({
      async dispose() {
        stopObserving()
        await environment.endRun(task.run)
      },
    })
    const operators: OperatorMaker['operators'] = []
    disposables.push({ dispose: () => disposeAll(operators) })
    const settings: PartitionSettings = {
      run: task.run,
      params: compiled.definition.params,
      rowsInFlight: task.rowsInFlight,
      clonesRows: task.clonesRows,
      takeRequests: () => requests.splice(0),
    }
    const rowSteps = createSteps(steps, scope, operators, task.run)
    const run: OpenedSteps['run'] = (partition, signal, attempt = 1) => {
      const { stage, steps, carrier } = task
      const event = {
        runId: task.run,
        stage,
        steps,
        carrier,
        partition: partition.index,
        attempt,
        rows: partition.ids.length,
      }
      return observed(event, environment.hooks, () => runPartition(rowSteps, partition, { ...settings, signal }))
    }
    return { run, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Tells the observers in this worker of a partition. */
async function observed(
  event: PartitionEvent,
  { partitionStart, partitionDone }: RunEnvironment['hooks'],
  run: () => Promise<PartitionResult>,
): Promise<PartitionResult> {
  const started = performance.now()
  const done = (error?: unknown) =>
    partitionDone.call({
      ...event,
      durationMs: performance.now() - started,
      ...(MaestroError.is(error) ? { error } : {}),
    })
  partitionStart.call(event)
  try {
    const result = await run()
    done(result.failure && fromErrorData(result.failure))
    return result
  } catch (error) {
    done(error)
    throw error
  }
}

function createSteps(
  steps: readonly CompiledStep[],
  { environment }: Scope<RunEnvironment>,
  operators: OperatorMaker['operators'],
  runId: string,
): readonly RowStep[] {
  const { settings, pluginOf, createOperator } = environment
  const maker: OperatorMaker = { operators, settings, pluginOf, createOperator, runId }
  // The process of the run counts the rows and the rejected ones.
  return steps.map((step) => createRowStep(step, new StepCounter(0), settings.onError ?? 'reject', maker))
}

async function readConfig(file: string): Promise<ResolvedConfig> {
  const { path, config } = await loadConfig({ cwd: process.cwd(), file })
  return resolveConfig(config, { path })
}
