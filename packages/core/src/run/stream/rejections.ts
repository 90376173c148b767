import type { Row } from '../../contracts/row.js'
import type { ChainEvents, RowChainOptions } from './chain-events.js'
import type { Leaf } from './ordered-window.js'
import type { StepBase } from './step-base.js'
import { toStepError } from './step-result.js'

/** The rejected rows of a chain. */
export class Rejections {
  readonly #reject: RowChainOptions['reject']
  readonly #failed: ChainEvents['failed']

  constructor({ reject }: Pick<RowChainOptions, 'reject'>, { failed }: Pick<ChainEvents, 'failed'>) {
    this.#reject = reject
    this.#failed = failed
  }

  /** @returns false if the stream has failed with it */
  record(step: StepBase, leaf: Leaf, row: Row, cause: unknown): boolean {
    const { id } = leaf
    const error = toStepError(cause, step.id, id)
    step.counter.fail(id)
    if (step.onError === 'fail' || error.stopsRun) {
      this.#failed(error)
      return false
    }
    leaf.rejected = step.id
    try {
      this.#reject(step, id, row, error)
      return true
    } catch (stopped) {
      this.#failed(stopped)
      return false
    }
  }
}
