import type { Operator } from '../contracts/operator.js'
import type { StepUse } from '../contracts/pipeline-definition.js'
import type { StepCounts, UsageTotals } from '../contracts/report.js'
import type { RowStorage, WriteResult } from '../contracts/row-storage.js'
import type { MaestroConfig } from '../define/maestro-config.js'
import { maestroError } from '../errors/error-table.js'

/** What one operator of a pipeline did. */
export interface OperatorOutcome {
  readonly name: string
  readonly counts: StepCounts
  /** Calls, tokens, and cost of its models. */
  readonly usage?: UsageTotals
}

/** What a pipeline over a storage did. */
export interface PipelineOutcome extends WriteResult {
  readonly operators: readonly OperatorOutcome[]
}

/**
 * A sequence of operators over a storage, as in the Python original. It runs like every pipeline: one plan, with rows
 * that stream through all operators. The storage's next step holds the result.
 *
 * @example
 * await new Pipeline(storage).addOperator(new FilterRowsOperator({ where: 'stars > 3' })).run()
 */
export class Pipeline {
  readonly #storage: RowStorage
  readonly #config: MaestroConfig
  readonly #steps: { readonly name: string; readonly use: StepUse; readonly options: unknown }[] = []

  /** @param config Settings of the run that differ from the defaults. */
  constructor(storage: RowStorage, config: MaestroConfig = {}) {
    this.#storage = storage
    this.#config = config
  }

  /** @param name The name in reports. @default the class and its position */
  addOperator(operator: Operator, name = `${operator.constructor.name}-${this.#steps.length + 1}`): this {
    return this.add(name, operator, undefined)
  }

  /** @throws MAESTRO_PIPELINE_STEP_DUPLICATE */
  protected add(name: string | undefined, use: StepUse, options: unknown): this {
    const used = typeof use === 'string' ? use : 'name' in use ? String(use.name) : 'step'
    const step = name ?? `${used}-${this.#steps.length + 1}`
    if (this.#steps.some((known) => known.name === step))
      throw maestroError('MAESTRO_PIPELINE_STEP_DUPLICATE', { step })
    this.#steps.push({ name: step, use, options })
    return this
  }

  /**
   * @throws MAESTRO_PIPELINE_INVALID before anything runs, or the error that stopped the run; the storage is then
   *   unchanged
   */
  async run(options: { readonly signal?: AbortSignal } = {}): Promise<PipelineOutcome> {
    const { maestro } = await import('../maestro.js')
    const { BatchQueue } = await import('../run/stream/batch-queue.js')
    const source = this.#storage.step()
    const steps = this.#steps.map(({ name, use, options }, index) => ({
      id: name,
      input: this.#steps[index - 1]?.name ?? 'source',
      use,
      options,
    }))
    const definition = {
      name: 'pipeline',
      source: { rows: source, columns: { columns: {}, open: true } },
      steps,
      sinks: [],
    }
    const instance = maestro(this.#config)
    const queue = new BatchQueue()
    const stop = new AbortController()
    const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
    let failure: unknown
    const running = instance.runTo(definition, queue, { signal }).then(
      (report) => {
        queue.end()
        return report
      },
      (error) => {
        failure = error
        queue.fail(error)
      },
    )
    try {
      const written = await source.write(queue)
      const report = await running
      const operators = report?.steps.map(({ id, counts, usage }) => ({
        name: id,
        counts,
        ...(usage === undefined ? {} : { usage }),
      }))
      return { ...written, operators: operators ?? [] }
    } catch (error) {
      throw failure ?? error
    } finally {
      // If the storage failed, the remaining rows are not needed.
      stop.abort()
      await running
      await instance.dispose()
    }
  }
}
