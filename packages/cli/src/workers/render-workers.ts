import type { WorkerState } from '@maestro-dataflow/core'

/** The workers of a project, and what each does. */
export function renderWorkers(workers: readonly WorkerState[]): string {
  if (workers.length === 0) return 'No workers. Start one with `maestro worker`.\n'
  return workers.map(renderWorker).join('')
}

function renderWorker({ name, tags, concurrency, silentMs, tasks, refused }: WorkerState): string {
  const about = [
    `${concurrency} at once`,
    ...(tags.length === 0 ? [] : [`tags ${tags.join(', ')}`]),
    `heard of ${(silentMs / 1000).toFixed(1)} s ago`,
  ]
  const lines = [
    `${name}  ${about.join(', ')}`,
    ...tasks.map(({ run, steps, running, done }) => {
      const now = running.length === 0 ? 'waits' : `runs ${running.map((index) => `#${index}`).join(', ')}`
      return `  ${run}  ${steps.join(', ')}: ${now}, ${done} done`
    }),
    ...refused.map(({ run, reason }) => `  ${run}  refused: ${reason}`),
    ...(tasks.length + refused.length === 0 ? ['  waits for a run'] : []),
  ]
  return `${lines.join('\n')}\n`
}
