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
  if (planned?.asksServings === created?.asksServings) return
  throw maestroError('MAESTRO_EXECUTOR_WORKERS', {
    executor: name,
    planned: planned?.asksServings,
    created: created?.asksServings,
  })
}
