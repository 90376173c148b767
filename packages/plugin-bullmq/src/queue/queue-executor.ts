import { join, resolve } from 'node:path'
import type { Executor, Partition, Project, WorkerPool, WorkerState } from '@maestro-dataflow/core'
import { LocalFolder } from '../folder/local-folder.js'
import { S3Folder } from '../folder/s3-folder.js'
import type { QueueOptions } from './queue-options.js'
import { QueueWorkers } from './queue-workers.js'
import { serveTasks } from './serve-tasks.js'
import { TaskFiles } from './task-files.js'

/** Runs the steps of rows in workers on any machine that shares a folder and a queue with the run. */
export class QueueExecutor implements Executor {
  readonly name = 'bullmq.queue'
  readonly workers: WorkerPool

  constructor(options: QueueOptions, { directory, stateDirectory }: Project) {
    const { folder = join(stateDirectory, 'workers'), s3 } = options
    const files = new TaskFiles(
      folder.startsWith('s3://') ? new S3Folder(folder, s3) : new LocalFolder(resolve(directory, folder)),
    )
    this.workers = {
      asksServings: true,
      // The library is loaded when it is needed: it changes globals.
      open: async (task, context) => {
        const { openQueue } = await import('./job-queue.js')
        return QueueWorkers.open(task, files, options, context, openQueue)
      },
      serve: async (service) => {
        const { openJobWorker } = await import('./job-queue.js')
        return serveTasks(files, options, service, openJobWorker)
      },
      list: () => listWorkers(files),
    }
  }

  async execute(
    partitions: Iterable<Partition>,
    run: (partition: Partition) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const partition of partitions) {
      signal.throwIfAborted()
      await run(partition)
    }
  }

  async dispose(): Promise<void> {}
}

async function listWorkers(files: TaskFiles): Promise<readonly WorkerState[]> {
  const workers = await files.heardWorkers()
  return workers.map(({ tasks, refused, ...worker }) => ({
    ...worker,
    tasks: tasks.map(({ id: _, ...task }) => task),
    refused: refused.map(({ id: _, ...refusal }) => refusal),
  }))
}
