import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { pause, type WorkerService } from '@maestro-dataflow/core'
import type { openJobWorker } from './job-queue.js'
import type { QueueOptions } from './queue-options.js'
import { ServedTask } from './served-task.js'
import type { Announcement, TaskFiles } from './task-files.js'
import { Turns } from './turns.js'

/**
 * Takes part in all announced tasks until the signal of the service fires, and then finishes what is in progress.
 *
 * @param openWorker Opens a worker on a queue.
 */
export async function serveTasks(
  files: TaskFiles,
  options: QueueOptions,
  service: WorkerService,
  openWorker: typeof openJobWorker,
): Promise<void> {
  const name = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`
  const { concurrency, tags, logger, signal } = service
  const served = new Map<string, ServedTask>()
  const refused = new Map<string, { readonly run: string; readonly reason: string }>()
  const opening = new Set<string>()
  const turns = new Turns()

  const introduce = () =>
    files.introduce({
      name,
      tags,
      concurrency,
      tasks: [...served.values()].map(({ state }) => state),
      refused: [...refused].map(([id, refusal]) => ({ id, ...refusal })),
    })
  const open = async ({ id, task }: Announcement) => {
    const about = { run: task.run, steps: task.steps }
    try {
      const steps = await service.open(task)
      served.set(id, new ServedTask({ id, name, task, steps, files, options, concurrency, logger, turns, openWorker }))
      logger.info('Takes part in a run', about)
      await introduce()
    } catch (error) {
      // The service ends instead of taking part in anything more.
      if (signal.aborted) return
      const reason = error instanceof Error ? error.message : String(error)
      refused.set(id, { run: task.run, reason })
      logger.warn('Cannot take part in a run', { ...about, reason })
    } finally {
      opening.delete(id)
    }
  }
  const look = async (turn: number) => {
    if (turn % 2 === 0) await introduce()
    const announced = await files.announced(name)
    for (const announcement of announced) {
      const { id, tag } = announcement
      const isNew = !served.has(id) && !refused.has(id) && !opening.has(id)
      if (!isNew || (tag !== undefined && !tags.includes(tag))) continue
      opening.add(id)
      void open(announcement)
    }
    const ids = new Set(announced.map(({ id }) => id))
    for (const [id, task] of served)
      if (!ids.has(id)) {
        served.delete(id)
        void task.leave()
      }
    for (const id of refused.keys()) if (!ids.has(id)) refused.delete(id)
  }

  logger.info('Waits for runs', { worker: name, concurrency, ...(tags.length === 0 ? {} : { tags }) })
  for (let turn = 0; !signal.aborted; turn++) {
    await look(turn).catch((error: unknown) =>
      logger.warn('The shared folder cannot be used', {
        reason: error instanceof Error ? error.message : String(error),
      }),
    )
    await pause(files.beatMs / 2, signal)
  }
  logger.info('Finishes the partitions in progress', { worker: name })
  const beat = setInterval(() => void introduce().catch(() => undefined), files.beatMs)
  await Promise.all([...served.values()].map((task) => task.finish()))
  clearInterval(beat)
  await files.leave(name)
}
