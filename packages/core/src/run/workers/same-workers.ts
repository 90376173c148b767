import type { Executor, ExecutorDefinition } from '../../contracts/execution.js'
import { maestroError } from '../../errors/error-table.js'

/**
 * Checks that an executor has the workers of its definition: a plan, for which no executor is created, says which steps
 * they run.
 *
 * @throws MAESTRO_EXECUTOR_WORKERS
 */
export function assertSameWorkers(
  { workers: planned }: Pick<ExecutorDefinition, 'workers'>,
  { name, workers: created }: Executor,
): void {
  const details = { executor: name, planned: wordsFor(planned), created: wordsFor(created) }
  if (details.planned !== details.created) throw maestroError('MAESTRO_EXECUTOR_WORKERS', details)
}

function wordsFor(workers: ExecutorDefinition['workers']): string {
  if (workers === undefined) return 'no workers'
  const { asksServings, startsWhenBusy = false } = workers
  return `workers that ask ${asksServings ? '' : 'no '}models${startsWhenBusy ? ' and start when steps are busy' : ''}`
}
