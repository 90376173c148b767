import type { RowCondition } from '../../contracts/pipeline-definition.js'
import type { PlannedStep } from '../../contracts/plan.js'
import type { ColumnSet, Row } from '../../contracts/row.js'
import { conditionColumns, matchingData } from '../../define/row-condition.js'

/** The conditions for the rows that steps work on, by step. */
export type StepConditions = ReadonlyMap<string, RowCondition>

/** The rows that a step asks about. */
export interface AskedRows {
  /** Rows that are equal in these columns are one question. */
  readonly columns: readonly string[]
  /** Whether the step works on a row. @default on every row */
  readonly matches?: (row: Row) => boolean
}

const rowKinds: ReadonlySet<string> = new Set(['map', 'filter', 'flatMap', 'mapBatches'])

/**
 * The columns on which everything depends that the steps ask: rows that are equal in them lead to the same questions,
 * which are asked once. Undefined if that is unknown, so that every row counts.
 *
 * @param steps The steps in order; those behind the last one that asks do not matter.
 */
export function questionColumns(
  steps: readonly PlannedStep[],
  conditions: StepConditions = new Map(),
): readonly string[] | undefined {
  const asking = steps.slice(0, steps.findLastIndex(({ servings }) => servings.length > 0) + 1)
  const read = new Set<string>()
  const made = new Set<string>()
  for (const { id, effects, kind, options } of asking) {
    const { reads, adds = {}, opaque = false, renames, keeps } = effects
    if (opaque || reads === undefined || renames !== undefined || keeps !== undefined || !rowKinds.has(kind))
      return undefined
    const where = conditions.get(id)
    const compared = where === undefined ? [] : conditionColumns(where)
    if (asksForEachRow(options) || compared === undefined) return undefined
    for (const column of [...reads, ...compared]) if (!made.has(column)) read.add(column)
    for (const column of Object.keys(adds)) made.add(column)
  }
  return read.size === 0 ? undefined : [...read]
}

/**
 * The rows that each step asks about, if it asks about columns from before the steps, and if its condition is data about
 * such columns.
 */
export function askedRowsOfSteps(
  steps: readonly PlannedStep[],
  conditions: StepConditions = new Map(),
): ReadonlyMap<string, AskedRows> {
  const made = new Set<string>()
  const found = new Map<string, AskedRows>()
  for (const { id, effects, servings, options, kind, columnsIn } of steps) {
    const { reads, adds = {}, opaque = false, renames, keeps } = effects
    const matches = matchingBefore(conditions.get(id), made, columnsIn)
    const isKnown = !opaque && reads !== undefined && reads.length > 0 && kind === 'map' && !asksForEachRow(options)
    if (servings.length > 0 && isKnown && matches !== undefined && !reads.some((column) => made.has(column)))
      found.set(id, { columns: reads, matches })
    if (opaque || renames !== undefined || keeps !== undefined) return found
    for (const column of Object.keys(adds)) made.add(column)
  }
  return found
}

/**
 * Whether a row leads to any question, if each step that asks has a condition that is data about columns from before the
 * steps; undefined if that is unknown.
 */
export function asking(steps: readonly PlannedStep[], conditions: StepConditions): ((row: Row) => boolean) | undefined {
  const made = new Set<string>()
  const all: ((row: Row) => boolean)[] = []
  for (const { id, effects, servings, columnsIn } of steps) {
    const { adds = {}, opaque = false, renames, keeps } = effects
    const where = conditions.get(id)
    if (servings.length > 0) {
      const matches = where === undefined ? undefined : matchingBefore(where, made, columnsIn)
      if (matches === undefined) return undefined
      all.push(matches)
    }
    if (opaque || renames !== undefined || keeps !== undefined) return undefined
    for (const column of Object.keys(adds)) made.add(column)
  }
  return all.length === 0 ? undefined : (row) => all.some((matches) => matches(row))
}

/** The function that checks a condition on columns from before the steps; undefined if there is none. */
function matchingBefore(where: RowCondition | undefined, made: ReadonlySet<string>, { columns }: ColumnSet) {
  if (where === undefined) return () => true
  if (typeof where === 'function' || Object.keys(where).some((column) => made.has(column))) return undefined
  const matches = matchingData(where, columns)
  return (row: Row) => {
    try {
      return matches(row)
    } catch {
      // The run rejects this row instead of asking about it.
      return false
    }
  }
}

function asksForEachRow(options: unknown): boolean {
  return (options as { readonly shareAnswers?: unknown } | undefined)?.shareAnswers === false
}
