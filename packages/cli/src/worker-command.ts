import { openCommandProject } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { serveUntilStopped, stopOnInterrupt } from './supervision/stop-signal.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { renderWorkers } from './workers/render-workers.js'

export interface WorkerCommandOptions extends GlobalOptions {
  readonly concurrency: number
  readonly tags?: readonly string[]
}

export interface WorkersCommandOptions extends GlobalOptions {
  readonly json?: boolean
}

/** `maestro worker`: ends with 0 when it is stopped and its partitions are finished. */
export async function work({ concurrency, tags = [], ...options }: WorkerCommandOptions): Promise<void> {
  const { project } = await openCommandProject(options)
  serveUntilStopped()
  try {
    await project.work({ concurrency, tags, signal: stopOnInterrupt() })
  } finally {
    await project.dispose()
  }
}

/** `maestro workers` */
export async function listWorkers({ json = false, ...options }: WorkersCommandOptions): Promise<void> {
  const { project } = await openCommandProject(options)
  try {
    const workers = await project.workers()
    if (json) printJson(workers, 2)
    else print(renderWorkers(workers))
  } finally {
    await project.dispose()
  }
}
