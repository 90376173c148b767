import type { Row } from '@maestro-dataflow/core'
import type { Preview, PreviewStep } from '@maestro-dataflow/core/runtime'

/** The effect of one step on one row. */
export type RowEvent =
  | { readonly step: string; readonly happened: 'kept'; readonly before: Row; readonly after: Row }
  | { readonly step: string; readonly happened: 'gone' }
  | { readonly step: string; readonly happened: 'rejected'; readonly code: string; readonly message: string }
  | { readonly step: string; readonly happened: 'split'; readonly children: readonly RowHistory[] }

/** A row, from its origin to its end. */
export interface RowHistory {
  readonly id: string
  /** The origin: `source`, or the step that made the row from several rows. */
  readonly from: string
  /** The row. It is undefined if the record could not become a row. */
  readonly row: Row | undefined
  readonly events: readonly RowEvent[]
}

/** Follows each row of a preview through the steps, in the order of the source. Rows that a step created come last. */
export function rowHistories(preview: Preview): readonly RowHistory[] {
  const follow = new Follower(preview)
  const [source] = preview.steps
  const broken = preview.rejects
    .filter(({ error }) => error.step === source?.id)
    .map(({ id, error }): RowHistory => {
      const { code, message } = error
      return { id, from: 'source', row: undefined, events: [{ step: 'source', happened: 'rejected', code, message }] }
    })
  const begun = preview.steps.flatMap((step) =>
    step.rows
      .filter(({ id }) => step.input === undefined || !follow.came(step, id))
      .map(({ id, row }) => follow.history(step.id, id, row)),
  )
  return [...begun, ...broken]
}

class Follower {
  readonly #preview: Preview

  constructor(preview: Preview) {
    this.#preview = preview
  }

  /** Whether a row after a step is one of the rows before it, or a child of one. */
  came(step: PreviewStep, id: string): boolean {
    const before = this.#preview.steps.find((candidate) => candidate.id === step.input)
    return before?.rows.some((row) => row.id === id || isChild(id, row.id, step.id)) === true
  }

  history(from: string, id: string, row: Row): RowHistory {
    return { id, from, row, events: this.#events(from, id, row) }
  }

  #events(after: string, id: string, row: Row): readonly RowEvent[] {
    const following = this.#preview.steps.filter((step) => step.input === after)
    return following.flatMap((step): readonly RowEvent[] => {
      const same = step.rows.find((candidate) => candidate.id === id)
      if (same !== undefined) {
        const kept: RowEvent = { step: step.id, happened: 'kept', before: row, after: same.row }
        return [kept, ...this.#events(step.id, id, same.row)]
      }
      const children = step.rows.filter((candidate) => isChild(candidate.id, id, step.id))
      if (children.length > 0) {
        const histories = children.map((child) => this.history(step.id, child.id, child.row))
        return [{ step: step.id, happened: 'split', children: histories }]
      }
      const reject = this.#preview.rejects.find((candidate) => candidate.id === id && candidate.error.step === step.id)
      if (reject === undefined) return [{ step: step.id, happened: 'gone' }]
      const { code, message } = reject.error
      return [{ step: step.id, happened: 'rejected', code, message }]
    })
  }
}

/** The id of a child is parent/step/k. */
function isChild(id: string, parent: string, step: string): boolean {
  const prefix = `${parent}/${step}/`
  return id.startsWith(prefix) && /^\d+$/.test(id.slice(prefix.length))
}
