import type { BatchContext } from '../../contracts/operator-functions.js'
import type { Row } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { ownRows } from './own-rows.js'
import type { RowInWork } from './row-in-work.js'
import type { RowStep } from './row-step.js'

/** `given` is the copy of the row that the operator got, if the row is checked. */
export type BatchOutcome = { readonly row: unknown; readonly given: Row | undefined } | { readonly error: unknown }

/** The context of a batch, which its function receives in addition to the rows and their ids. */
export interface CollectorContext {
  readonly signal: AbortSignal
  readonly run: string
  readonly params: unknown
}

/** A step that works on several rows at a time. */
type BatchStep = Extract<RowStep, { kind: 'mapBatches' }>

/** The time in milliseconds that a row waits for others before its incomplete batch is sent. */
const lingerMilliseconds = 20

/**
 * Gathers rows into batches for a step that processes several at a time, and returns to each row its own result. When a
 * batch throws, it is halved until the faulty rows stand alone.
 */
export class BatchCollector {
  readonly #step: BatchStep
  readonly #context: CollectorContext
  readonly #done: (waiting: RowInWork, outcome: BatchOutcome) => void
  #rows: RowInWork[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(step: BatchStep, context: CollectorContext, done: (waiting: RowInWork, outcome: BatchOutcome) => void) {
    this.#step = step
    this.#context = context
    this.#done = done
  }

  /** Rows that wait for their batch to be sent. */
  get waiting(): number {
    return this.#rows.length
  }

  add(waiting: RowInWork): void {
    this.#rows.push(waiting)
    if (this.#rows.length >= this.#step.size) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), lingerMilliseconds)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const rows = this.#rows
    this.#rows = []
    if (rows.length > 0) void this.#run(rows)
  }

  dispose(): void {
    clearTimeout(this.#timer)
    this.#rows = []
  }

  async #run(rows: readonly RowInWork[]): Promise<void> {
    const { id: step, checks } = this.#step
    const checked = rows.map(() => checks?.takes() ?? false)
    // Copies, so that the next attempt does not see the changes of a batch that threw.
    const given = rows.map(({ row }, index) => checks?.copyFor(row, checked[index] as boolean) ?? { ...row })
    let results: readonly unknown[]
    try {
      results = await this.#call(rows, given)
      if (!Array.isArray(results) || results.length !== rows.length) {
        const found = Array.isArray(results) ? `${results.length} results` : describeValue(results)
        throw maestroError('MAESTRO_STEP_CONTRACT', { step, fault: `returned ${found} for ${rows.length} rows` })
      }
    } catch (error) {
      const [only] = rows
      const stops = MaestroError.is(error) && error.stopsRun
      if ((rows.length === 1 || stops) && only !== undefined) return this.#done(only, { error })
      if (this.#context.signal.aborted) return
      const half = Math.ceil(rows.length / 2)
      await Promise.all([this.#run(rows.slice(0, half)), this.#run(rows.slice(half))])
      return
    }
    for (const [index, result] of ownRows(results).entries())
      this.#done(
        rows[index] as RowInWork,
        MaestroError.is(result)
          ? { error: result }
          : { row: result, given: checked[index] === true ? given[index] : undefined },
      )
  }

  async #call(rows: readonly RowInWork[], given: readonly Row[]): Promise<readonly unknown[]> {
    const { gate, id, run } = this.#step
    if (gate !== undefined) await new Promise<void>((resolve) => gate.enter(resolve))
    try {
      return await run(given, { ...this.#context, rowIds: rows.map((waiting) => waiting.id), step: id } as BatchContext)
    } finally {
      gate?.leave()
    }
  }
}
