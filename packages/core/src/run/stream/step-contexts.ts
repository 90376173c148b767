import type { OperatorContext } from '../../contracts/operator.js'
import type { FilterContext, FlatMapContext } from '../../contracts/operator-functions.js'
import type { RowId } from '../../contracts/row.js'
import type { RowChainOptions } from './chain-events.js'
import { DroppingContext } from './dropping-context.js'

/** What the steps of a chain receive beside a row. */
export class StepContexts {
  readonly #signal: AbortSignal
  readonly #run: string
  readonly #params: unknown

  constructor({ signal, run, params }: Pick<RowChainOptions, 'signal' | 'run' | 'params'>) {
    this.#signal = signal
    this.#run = run
    this.#params = params
  }

  /** A filter and a flatMap may say why they drop a row. */
  of(step: { readonly id: string; readonly kind: string }, rowId: RowId): FilterContext & FlatMapContext {
    // A map has no use for more than the common context.
    if (step.kind === 'map') return this.plain(rowId, step.id) as FilterContext & FlatMapContext
    return new DroppingContext(rowId, this.#signal, step, this.#run, this.#params)
  }

  plain(rowId: RowId, step: string): OperatorContext {
    return { rowId, signal: this.#signal, step, run: this.#run, params: this.#params } as OperatorContext
  }
}
