import { MaestroError } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { quietLogger } from '../__fixtures__/quiet-logger.js'
import { MemoryFiles, MemoryFolder } from '../__fixtures__/simulation/memory-folder.js'
import { task } from '../__fixtures__/simulation/task.js'
import type { JobQueue } from './job-queue.js'
import { queueOptions } from './queue-options.js'
import { QueueWorkers } from './queue-workers.js'
import { TaskFiles } from './task-files.js'

test('a folder that workers cannot write to stops the run, and blames no row', async () => {
  const files = new TaskFiles(new MemoryFolder(new MemoryFiles(), async () => undefined))
  const id = TaskFiles.idOf(task)
  await files.introduce({
    name: 'worker',
    tags: [],
    concurrency: 1,
    tasks: [{ id, run: 'run', steps: ['work'], running: [], done: 0 }],
    refused: [],
  })
  const added: string[] = []
  let end: (id: string, reason: string | undefined) => void = () => undefined
  const queue: JobQueue = {
    async add(job) {
      added.push(job)
      setTimeout(end, 1, job, 'ENOSPC: no space left on device, write')
    },
    has: async () => true,
    onEnd: (listener) => {
      end = listener
    },
    onError: () => undefined,
    remove: async () => undefined,
    close: async () => undefined,
  }
  const { signal } = new AbortController()
  const options = queueOptions.parse({ url: 'redis://127.0.0.1:1' })
  const workers = await QueueWorkers.open(task, files, options, { signal, logger: quietLogger }, () => queue)
  const partition = { index: 0, ids: ['a', 'b'], rows: ['a', 'b'], samples: 0, isSuspect: false }
  const error = await workers.run(partition, signal).catch((thrown: unknown) => thrown)
  expect(MaestroError.is(error, 'MAESTRO_BULLMQ_RETURNED') && error.message).toContain('no space left')
  // It is tried a few times before.
  expect(added).toHaveLength(5)
  await workers.dispose()
})
