import type { OperatorContext } from '../../contracts/operator.js'
import type { Row } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import { type SideBySide, writtenColumns } from './row-step.js'
import { assertRow } from './step-result.js'

/** The result of one row: the row after each step and after all steps, or the first step, in order, that failed. */
export type SideBySideResult = { readonly after: readonly Row[] } & (
  | { readonly row: Row }
  | { readonly failed: number; readonly error: unknown }
)

/**
 * Runs the steps of a group over one row. Every step sees the original row and the results of the steps that it needs,
 * never those of other steps, so that the outcome does not depend on which answer arrives first.
 */
export async function runSideBySide(
  group: SideBySide,
  row: Row,
  context: (step: number) => OperatorContext,
): Promise<SideBySideResult> {
  const results: (Promise<Row> | undefined)[] = []
  let failed = false
  for (const [index, step] of group.steps.entries()) {
    const needs = group.needs[index] ?? []
    results[index] = (async () => {
      let input = row
      for (const need of needs) {
        const result = await results[need]
        if (result !== undefined) input = applyResult(input, result, group.steps[need]?.effects ?? {})
      }
      if (failed && needs.length > 0) {
        throw maestroError('MAESTRO_STEP_FAILED', {
          step: step.id,
          reason: 'not started: another step of this row failed',
        })
      }
      const result = await step.run(input, context(index))
      assertRow(step.id, result)
      return result
    })()
    results[index]?.catch(() => {
      failed = true
    })
  }
  const settled = await Promise.allSettled(results)
  const after: Row[] = []
  let merged = row
  for (const [index, outcome] of settled.entries()) {
    if (outcome.status === 'rejected') return { after, failed: index, error: outcome.reason }
    if (outcome.value !== undefined) merged = applyResult(merged, outcome.value, group.steps[index]?.effects ?? {})
    after.push(merged)
  }
  return { after, row: merged }
}

/** Takes from a step's result only the columns that it declared to change. */
function applyResult(row: Row, result: Row, effects: Parameters<typeof writtenColumns>[0]): Row {
  const changed = new Set(writtenColumns(effects))
  const kept = Object.entries(row).filter(([column]) => !changed.has(column) || Object.hasOwn(result, column))
  const entries = kept.map(([column, value]): [string, unknown] => [
    column,
    changed.has(column) ? result[column] : value,
  ])
  for (const column of changed)
    if (!Object.hasOwn(row, column) && Object.hasOwn(result, column)) entries.push([column, result[column]])
  return Object.fromEntries(entries)
}
