import { parentPort } from 'node:worker_threads'
import type { HostAnswer, HostRequest } from './builtin/step-hosts/messages.js'
import type { OpenedSteps, RowPartition, WorkerTask } from './contracts/step-workers.js'
import { toErrorData } from './provider/error-data.js'

// The program of a thread or process that runs the steps of one task.

/** One for each partition: signals that depend on a signal which lives long would pile up behind it. */
const running = new Set<AbortController>()
/** Undefined if the steps could not be opened. */
let opening: Promise<OpenedSteps | undefined> = Promise.resolve(undefined)
if (parentPort !== null) parentPort.on('message', receive)
else {
  process.on('message', receive)
  // Nobody takes the results any more.
  process.on('disconnect', () => process.exit())
  // A terminal and a service manager send their signals to all processes. The process of the run decides what they mean here.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
}

function receive(request: HostRequest): void {
  if ('open' in request) opening = open(request.open)
  else if ('run' in request) void run(request.run)
  else void close()
}

async function open(task: WorkerTask): Promise<OpenedSteps | undefined> {
  try {
    const steps = await openTask(task)
    answer({ ready: true })
    return steps
  } catch (error) {
    answer({ refused: toErrorData(error) }, end)
    return undefined
  }
}

/** What a project needs takes most of the start of a thread, so it is loaded only for steps that need it. */
async function openTask(task: WorkerTask): Promise<OpenedSteps> {
  if (task.inModule === undefined) return (await import('./open-steps.js')).openSteps(task)
  return (await import('./open-module-steps.js')).openModuleSteps(task, task.inModule)
}

async function run(partition: RowPartition): Promise<void> {
  const stop = new AbortController()
  running.add(stop)
  const steps = await opening
  const result = await steps?.run(partition, stop.signal)
  running.delete(stop)
  if (result !== undefined) answer({ index: partition.index, result })
}

async function close(): Promise<void> {
  for (const stop of running) stop.abort()
  const steps = await opening
  await steps?.dispose()
  end()
}

/** @param done Called when the answer is on its way. */
function answer(message: HostAnswer, done: () => void = () => undefined): void {
  if (parentPort === null) process.send?.(message, undefined, {}, done)
  else {
    parentPort.postMessage(message)
    done()
  }
}

/** Timers and connections of the pipeline's own modules do not keep the run waiting. */
function end(): void {
  setImmediate(() => process.exit())
}
