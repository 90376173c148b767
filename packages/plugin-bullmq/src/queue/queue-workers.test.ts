import { MaestroError } from '@maestro-dataflow/core'
import { expect, onTestFinished, test } from 'vitest'
import { quietLogger } from '../__fixtures__/quiet-logger.js'
import { MemoryFiles, MemoryFolder } from '../__fixtures__/simulation/memory-folder.js'
import { task } from '../__fixtures__/simulation/task.js'
import type { JobQueue } from './job-queue.js'
import { queueOptions } from './queue-options.js'
import { QueueWorkers } from './queue-workers.js'
import { TaskFiles } from './task-files.js'

const partition = { index: 0, ids: ['a', 'b'], rows: ['a', 'b'], samples: 0, isSuspect: false }
const id = TaskFiles.idOf(task)

/** The workers of a run, on a queue that ends each job at once, for a reason that the test decides. */
async function opened(files: TaskFiles, reasonOf: (turn: number) => string | undefined | Promise<string | undefined>) {
  const introduce = () =>
    files.introduce({
      name: 'worker',
      tags: [],
      concurrency: 1,
      tasks: [{ id, run: 'run', steps: ['work'], running: [], done: 0 }],
      refused: [],
    })
  await introduce()
  const added: string[] = []
  let end: (id: string, reason: string | undefined) => void = () => undefined
  const queue: JobQueue = {
    async add(job) {
      added.push(job)
      const reason = await reasonOf(added.length)
      setTimeout(end, 1, job, reason)
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
  onTestFinished(() => workers.dispose())
  return { added, introduce, run: () => workers.run(partition, signal) }
}

test('a folder that workers cannot write to stops the run, and blames no row', async () => {
  const files = new TaskFiles(new MemoryFolder(new MemoryFiles(), async () => undefined))
  const { added, run } = await opened(files, () => 'ENOSPC: no space left on device, write')
  const error = await run().catch((thrown: unknown) => thrown)
  expect(MaestroError.is(error, 'MAESTRO_BULLMQ_RETURNED') && error.message).toContain('no space left')
  // It is tried a few times before.
  expect(added).toHaveLength(5)
})

const stalled = 'job stalled more than allowable limit'
/** A folder whose beats are short. */
class QuickFolder extends MemoryFolder {
  override readonly beatMs = 100
}

test('rows are not at fault for workers that the network has cut off and that still run', async () => {
  const files = new TaskFiles(new QuickFolder(new MemoryFiles(), async () => undefined))
  const result = { outcomes: [{ row: 'a' }, { row: 'b' }], samples: [], requests: [], milliseconds: 1 }
  const name = TaskFiles.nameOf(partition)
  const { introduce, run } = await opened(files, async (turn) => {
    if (turn < 5) await files.beginAlone(id, name, 'worker')
    else await files.commit(id, name, { worker: 'worker', attempt: 1, result })
    return turn < 5 ? stalled : undefined
  })
  const beat = setInterval(() => void introduce(), 20)
  onTestFinished(() => clearInterval(beat))
  expect(await run()).toEqual(result)
})

test('rows are at fault for workers that have ended', async () => {
  const files = new TaskFiles(new QuickFolder(new MemoryFiles(), async () => undefined))
  const { run } = await opened(files, async () => {
    await files.beginAlone(id, TaskFiles.nameOf(partition), 'worker')
    return stalled
  })
  await expect(run()).rejects.toMatchObject({ code: 'MAESTRO_WORKER_CRASHED' })
})
