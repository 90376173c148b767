import { setImmediate } from 'node:timers/promises'
import { columnNames, rowFromEntries } from '../../contracts/column-order.js'
import type { OperatorContext } from '../../contracts/operator.js'
import type { Row } from '../../contracts/row.js'
import { type MapStep, type SideBySide, writtenColumns } from './row-step.js'
import { assertRow } from './step-result.js'

/** The outcome of one row: the row after each step that ran, with the merged row or the step that failed. */
export type SideBySideResult = { readonly after: readonly (Row | undefined)[] } & (
  | { readonly row: Row }
  | { readonly failed: number; readonly error: unknown }
)

/** Stands for the result of a step that did not run, because another one had rejected the row. */
class NotStarted {}

/**
 * Runs the steps of a group over one row. Each step sees the original row plus the results of the steps that it needs,
 * never those of its neighbors, so that the outcome does not depend on which answer came first.
 *
 * A row that is rejected is not paid for any further: steps that ask no model come first, then those that have rejected
 * many rows, then the others. A step does not start once the row has failed in another one.
 */
export async function runSideBySide(
  group: SideBySide,
  row: Row,
  context: (step: number) => OperatorContext,
): Promise<SideBySideResult> {
  const ranks = ranksOf(group)
  const results: Promise<Row>[] = []
  let failed = false
  for (const [index, step] of group.steps.entries()) {
    const needs = group.needs[index] ?? []
    const rank = ranks[index] as number
    const result = (async () => {
      // By the next microtask all steps of the group are among the results.
      await null
      const cheaper = ranks.flatMap((other, place) => (other < rank ? [results[place]] : []))
      await Promise.allSettled([...cheaper, ...needs.map((need) => results[need])])
      // If this step rejects the row without asking a model, it does so before the next step of its kind asks one.
      if (rank > 0 && ranks.indexOf(rank) < index) await setImmediate()
      if (failed) throw new NotStarted()
      let input = row
      for (const need of needs)
        input = applyResult(input, (await results[need]) as Row, (group.steps[need] as MapStep).effects ?? {})
      return callStep(step, input, context(index))
    })()
    result.catch(() => {
      failed = true
    })
    results.push(result)
  }
  return outcomeOf(group, row, await Promise.allSettled(results))
}

async function callStep(step: MapStep, row: Row, context: OperatorContext): Promise<Row> {
  const { gate, checks } = step
  if (gate !== undefined) await new Promise<void>((resolve) => gate.enter(resolve))
  try {
    const isChecked = checks?.takes() ?? false
    const given = checks?.copyFor(row, isChecked) ?? { ...row }
    const result: unknown = await step.run(given, context)
    assertRow(step.id, result)
    if (isChecked) checks?.assert(context.rowId, row, given, [result])
    return result
  } finally {
    gate?.leave()
  }
}

/** A step whose share of rejected rows is larger than this is tried before its neighbors. */
const likelyShare = 0.05

/**
 * The turn in which each step starts: 0 for steps that ask no model, 1 for those that are likely to reject the row, and
 * 2 for the others. No step comes before one that it needs.
 */
function ranksOf({ steps, needs }: SideBySide): readonly number[] {
  const ranks: number[] = []
  for (const [index, step] of steps.entries()) {
    const { rejected, rowsIn } = step.counter
    const own = step.isPaid !== true ? 0 : rejected > rowsIn * likelyShare ? 1 : 2
    ranks.push(Math.max(own, ...(needs[index] ?? []).map((need) => ranks[need] as number)))
  }
  return ranks
}

function outcomeOf(group: SideBySide, row: Row, settled: readonly PromiseSettledResult<Row>[]): SideBySideResult {
  const after: (Row | undefined)[] = []
  const failed = settled.findIndex(
    (outcome) => outcome.status === 'rejected' && !(outcome.reason instanceof NotStarted),
  )
  let merged = row
  for (const [index, outcome] of settled.entries()) {
    if (index === failed) return { after, failed, error: (outcome as PromiseRejectedResult).reason }
    if (outcome.status === 'fulfilled') merged = applyResult(merged, outcome.value, group.steps[index]?.effects ?? {})
    after.push(outcome.status === 'fulfilled' ? merged : undefined)
  }
  return { after, row: merged }
}

/**
 * Takes over from a step's result only the columns that the step declared to change. A renamed column keeps its place, and
 * so do columns that a step puts between others.
 */
function applyResult(row: Row, result: Row, effects: Parameters<typeof writtenColumns>[0]): Row {
  const changed = new Set(writtenColumns(effects))
  const renames = new Map(Object.entries(effects.renames ?? {}))
  const entries = new Map<string, unknown>()
  for (const column of columnNames(row)) {
    const name = renames.get(column) ?? column
    if (!changed.has(name)) entries.set(name, row[column])
    else if (Object.hasOwn(result, name)) entries.set(name, result[name])
  }
  const names = columnNames(result)
  const lastKept = names.findLastIndex((column) => entries.has(column))
  const merged = [...entries]
  for (const [index, column] of names.entries()) {
    if (!changed.has(column) || entries.has(column)) continue
    const place = index > lastKept ? merged.length : placeOf(index, names, merged)
    merged.splice(place, 0, [column, result[column]])
  }
  return rowFromEntries(merged)
}

/** Where a column of a result stands among other columns: behind those before it, or before those behind it. */
function placeOf(index: number, names: readonly string[], among: readonly (readonly [string, unknown])[]): number {
  const indexOf = (name: string) => among.findIndex(([other]) => other === name)
  const before = names
    .slice(0, index)
    .map(indexOf)
    .findLast((place) => place !== -1)
  if (before !== undefined) return before + 1
  return (
    names
      .slice(index + 1)
      .map(indexOf)
      .find((place) => place !== -1) ?? among.length
  )
}
