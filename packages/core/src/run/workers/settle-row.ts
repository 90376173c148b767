import type { Leaf } from '../stream/ordered-window.js'
import type { RowInWork } from '../stream/row-in-work.js'
import type { StepBase } from '../stream/step-base.js'
import type { SettledEvents } from '../stream/steps-elsewhere.js'
import type { RanRows } from './run-rows.js'
import { splitterOf } from './sent-outcome.js'

/** Takes over what became of a row elsewhere: counts as if its steps had run here, one after the other. */
export function settleRow(
  steps: readonly StepBase[],
  work: RowInWork,
  { leaf: ran, rejects }: { readonly leaf: Leaf; readonly rejects: RanRows['rejects'] },
  events: SettledEvents,
): void {
  const { entry, leaf } = work
  const { row: out } = ran
  leaf.children = ran.children
  leaf.lost = ran.lost
  leaf.rejected = ran.rejected
  const children: RowInWork[] = []
  const settle = (from: number, one: Leaf): void => {
    const end = one.rejected ?? one.lost?.step ?? splitterOf(one)
    for (let index = from; index < steps.length; index++) {
      const step = steps[index] as StepBase
      step.counter.enter(one.id)
      if (step.id !== end) step.counter.rowsOut++
      else if (one.rejected !== undefined) {
        const { row, error } = rejects.get(one.id) ?? { row: work.row, error: undefined }
        events.rejected(step, one, row, error)
        return
      } else if (one.lost !== undefined) {
        step.counter.dropped++
        return
      } else {
        const made = one.children ?? []
        step.counter.rowsOut += made.length
        step.counter.created += made.length - 1
        for (const child of made) settle(index + 1, child)
        return
      }
    }
    const { row = {} } = one
    one.row = undefined
    children.push({ entry, leaf: one, id: one.id, row })
  }
  settle(0, ran)
  if (out === undefined) events.split(entry, children)
  else events.passed(work, out)
}
