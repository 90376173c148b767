import { dirname, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Operator } from './contracts/operator.js'
import type { StepNode } from './contracts/pipeline-definition.js'
import type { ModuleSteps, OpenedSteps, WorkerTask } from './contracts/step-workers.js'
import { maestroError } from './errors/error-table.js'
import { moduleHashes } from './pipeline/code/module-hashes.js'
import type { CompiledStep } from './pipeline/compile/compiled-pipeline.js'
import { sourceVersion } from './pipeline/compile/describe-options.js'
import { readPipeline } from './pipeline/load-pipeline.js'
import { changedParts } from './run/durability/stage-fingerprint.js'
import { StepCounter } from './run/report/step-counter.js'
import { createRowStep } from './run/stream/create-row-step.js'
import { runPartition } from './run/workers/run-partition.js'
import { partsOfTask } from './run/workers/task-parts.js'

/**
 * Opens steps that are in the module of the pipeline, in a worker that reads the files of the run: its plan is that of
 * the run, so that neither the project nor its plugins are opened again.
 *
 * @throws MAESTRO_WORKER_OTHER_PLAN if the steps are not those of the run, and what loading the pipeline throws
 */
export async function openModuleSteps(task: WorkerTask, { planned, settings }: ModuleSteps): Promise<OpenedSteps> {
  const { config, file, pipeline, params } = task.origin
  const folder = dirname(config)
  const path = resolve(folder, file)
  // The config may set what the functions rely on.
  if (!['.json', '.yaml', '.yml'].includes(extname(config))) await import(pathToFileURL(config).href)
  const definition = await readPipeline(path, params)
  const steps = planned.flatMap((step) => {
    const node = definition.steps.find(({ id }) => id === step.id)
    return node === undefined ? [] : [stepFrom(node, { ...step, version: versionOf(node) })]
  })
  const found = { ...partsOfTask(steps, definition.params, nothing), ...moduleHashes(path, folder) }
  const changed = changedParts(task.expected, found)
  if (changed.length > 0) throw maestroError('MAESTRO_WORKER_OTHER_PLAN', { pipeline, changed })
  const maker = { ...nothing, operators: [], settings, runId: task.run }
  // The process of the run counts the rows and the rejected ones.
  const rowSteps = steps.map((step) => createRowStep(step, new StepCounter(0), settings.onError ?? 'reject', maker))
  const { run, rowsInFlight, clonesRows } = task
  const ran = { run, params: definition.params, rowsInFlight, clonesRows, takeRequests: () => [] }
  return {
    run: (partition, signal) => runPartition(rowSteps, partition, { ...ran, signal }),
    dispose: async () => undefined,
  }
}

const stepFrom = (node: StepNode, planned: CompiledStep['planned']): CompiledStep => ({
  node,
  definition: undefined,
  options: undefined,
  planned,
})

/** As the plan says it of a step; a contributed operator would be another step than that of the run. */
function versionOf({ use }: StepNode): string {
  if (use instanceof Operator) return sourceVersion(use.constructor)
  return typeof use === 'object' && 'run' in use ? (use.version ?? sourceVersion(use.run)) : ''
}

/** What steps of a module need of plugins. */
const nothing = {
  describeServing: () => undefined,
  pluginOf: () => undefined,
  versionOf: () => undefined,
  createOperator: () => undefined,
}
