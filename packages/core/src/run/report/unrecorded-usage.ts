import type { RequestDoneEvent } from '../../contracts/events.js'
import type { UsageTotals } from '../../contracts/report.js'
import type { RowId } from '../../contracts/row.js'
import type { Entry, Leaf } from '../stream/ordered-window.js'
import { addUsageTotals, type GrowingUsage, noUsage, type StepUsage } from './usage-totals.js'

/**
 * The usage that the record of calls does not know: reused answers and failures. It counts for a row when the row leaves
 * the window of its stage, because a row in progress will be asked about again after a crash.
 */
export class UnrecordedUsage {
  readonly #ahead = new Map<RowId, StepUsage[]>()
  readonly #left = new Map<string, StepUsage & { readonly usage: GrowingUsage }>()

  requestDone({ step = '', serving, rowId, recorded }: RequestDoneEvent, total: UsageTotals): void {
    const usage = recorded === undefined ? total : less(total, recorded)
    if (Object.values(usage).every((amount) => amount === 0)) return
    const used = { step, serving, usage }
    if (rowId === undefined) this.add(used)
    else this.#ahead.set(rowId, [...(this.#ahead.get(rowId) ?? []), used])
  }

  left(entry: Entry): void {
    if (this.#ahead.size > 0) this.#leafLeft(entry)
  }

  /** No row is in progress any more. */
  settle(): void {
    for (const all of this.#ahead.values()) for (const used of all) this.add(used)
    this.#ahead.clear()
  }

  add({ step, serving, usage }: StepUsage): void {
    const key = JSON.stringify([step, serving])
    const known = this.#left.get(key) ?? { step, serving, usage: noUsage() }
    this.#left.set(key, known)
    addUsageTotals(known.usage, usage)
  }

  list(steps: readonly string[]): readonly StepUsage[] {
    return [...this.#left.values()]
      .filter(({ step }) => steps.includes(step))
      .map((used) => ({ ...used, usage: { ...used.usage } }))
  }

  #leafLeft({ id, children }: Leaf): void {
    for (const used of this.#ahead.get(id) ?? []) this.add(used)
    this.#ahead.delete(id)
    for (const child of children ?? []) this.#leafLeft(child)
  }
}

function less(total: UsageTotals, recorded: UsageTotals): UsageTotals {
  const names = Object.keys(total) as (keyof UsageTotals)[]
  const left = Object.fromEntries(names.map((name) => [name, (total[name] ?? 0) - (recorded[name] ?? 0)]))
  return left as unknown as UsageTotals
}
