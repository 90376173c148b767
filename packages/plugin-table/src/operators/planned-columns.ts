import type { ColumnSet } from '@maestro-dataflow/core'

const planned = new WeakMap<object, ColumnSet>()

/** Remembers the columns that the plan knows before a step, by the options of the step: rows do not tell their types. */
export function rememberColumns(options: object, before: ColumnSet): void {
  planned.set(options, before)
}

/** The columns that the plan knows before the step with these options. */
export function plannedColumns(options: object): ColumnSet {
  return planned.get(options) ?? { columns: {}, open: true }
}
