import { parentPort, workerData } from 'node:worker_threads'
import type { ThreadAnswer, ThreadRequest } from './builtin/threads/messages.js'
import type { OpenedSteps, WorkerTask } from './contracts/step-workers.js'
import { openSteps } from './open-steps.js'
import { toErrorData } from './provider/error-data.js'

// The program of a thread that runs the steps of one task.

/** One for each partition: signals that depend on a signal which lives long would pile up behind it. */
const running = new Set<AbortController>()
const answer = (message: ThreadAnswer) => parentPort?.postMessage(message)
let opened: OpenedSteps | undefined
try {
  opened = await openSteps(workerData as WorkerTask)
  parentPort?.on('message', receive)
  answer({ ready: true })
} catch (error) {
  answer({ refused: toErrorData(error) })
  end()
}

async function receive(request: ThreadRequest): Promise<void> {
  if ('run' in request) {
    const { index } = request.run
    const stop = new AbortController()
    running.add(stop)
    const result = await opened?.run(request.run, stop.signal)
    running.delete(stop)
    if (result !== undefined) answer({ index, result })
    return
  }
  for (const stop of running) stop.abort()
  await opened?.dispose()
  end()
}

/** Timers and connections of the pipeline's own modules do not keep the run waiting. */
function end(): void {
  setImmediate(() => process.exit())
}
