import { openCommandProject } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { serveUntilStopped, startAgain, stopOnInterrupt } from './supervision/stop-signal.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { LoadedFiles } from './workers/loaded-files.js'
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
  const files = new LoadedFiles()
  const { project } = await openCommandProject(options)
  const { path } = await project.config()
  if (path !== undefined) files.add(path)
  serveUntilStopped()
  const signal = stopOnInterrupt()
  try {
    await project.work({ concurrency, tags, signal, isOutdated: () => files.haveChanged() })
  } finally {
    await project.dispose()
  }
  // Modules cannot be loaded again in this process.
  if (!signal.aborted) startAgain()
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
