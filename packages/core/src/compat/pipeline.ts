import type { Operator } from '../contracts/operator/operator.js'
import type { StepCounts } from '../contracts/report.js'
import type { RowStorage, WriteResult } from '../contracts/storage.js'
import { maestroError } from '../errors/error-table.js'

/** What one operator of a pipeline did. */
export interface OperatorOutcome {
  readonly name: string
  readonly counts: StepCounts
}

/**
 * Operators in a row over a storage, as in the Python original. It runs like every pipeline: one plan, rows streamed
 * through all operators; the storage's next step holds the result.
 *
 * @example await new Pipeline(storage).addOperator(new FilterRowsOperator({ where: 'stars > 3' })).run()
 */
export class Pipeline {
  readonly #storage: RowStorage
  readonly #operators: { readonly name: string; readonly operator: Operator }[] = []

  constructor(storage: RowStorage) {
    this.#storage = storage
  }

  /** @param name For reports. @default the class and its position */
  addOperator(operator: Operator, name = `${operator.constructor.name}-${this.#operators.length + 1}`): this {
    if (this.#operators.some((known) => known.name === name))
      throw maestroError('MAESTRO_PIPELINE_STEP_DUPLICATE', { step: name })
    this.#operators.push({ name, operator })
    return this
  }

  /** @throws MAESTRO_PIPELINE_INVALID before anything runs, or what stopped the run; the storage is then as it was */
  async run(
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<WriteResult & { readonly operators: readonly OperatorOutcome[] }> {
    const { maestro } = await import('../maestro.js')
    const { BatchQueue } = await import('../run/batch-queue.js')
    const source = this.#storage.step()
    const steps = this.#operators.map(({ name, operator }, index) => ({
      id: name,
      input: this.#operators[index - 1]?.name ?? 'source',
      use: operator,
      options: undefined,
    }))
    const definition = {
      name: 'pipeline',
      source: { rows: source, columns: { columns: {}, open: true } },
      steps,
      sinks: [],
    }
    const instance = maestro({})
    const queue = new BatchQueue()
    try {
      const running = instance.runTo(definition, queue, options).then(
        (report) => {
          queue.end()
          return report
        },
        (error) => {
          queue.fail(error)
          throw error
        },
      )
      const [written, report] = await Promise.all([source.write(queue), running])
      return { ...written, operators: report.steps.map(({ id, counts }) => ({ name: id, counts })) }
    } finally {
      await instance.dispose()
    }
  }
}
