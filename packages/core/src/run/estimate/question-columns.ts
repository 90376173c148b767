import type { PlannedStep } from '../../contracts/plan.js'

const rowKinds: ReadonlySet<string> = new Set(['map', 'filter', 'flatMap', 'mapBatches'])

/**
 * The columns on which everything depends that the steps ask: rows that are equal in them lead to the same questions,
 * which are asked once. Undefined if that is unknown, so that every row counts.
 *
 * @param steps The steps in order; those behind the last one that asks do not matter.
 */
export function questionColumns(steps: readonly PlannedStep[]): readonly string[] | undefined {
  const asking = steps.slice(0, steps.findLastIndex(({ servings }) => servings.length > 0) + 1)
  const read = new Set<string>()
  const made = new Set<string>()
  for (const { effects, kind, options } of asking) {
    const { reads, adds = {}, opaque = false, renames, keeps } = effects
    if (opaque || reads === undefined || renames !== undefined || keeps !== undefined || !rowKinds.has(kind))
      return undefined
    if (asksForEachRow(options)) return undefined
    for (const column of reads) if (!made.has(column)) read.add(column)
    for (const column of Object.keys(adds)) made.add(column)
  }
  return read.size === 0 ? undefined : [...read]
}

/**
 * The columns of each step that asks about columns from before the steps: rows that are equal in them are one question of
 * that step.
 */
export function columnsOfSteps(steps: readonly PlannedStep[]): ReadonlyMap<string, readonly string[]> {
  const made = new Set<string>()
  const found = new Map<string, readonly string[]>()
  for (const { id, effects, servings, options, kind } of steps) {
    const { reads, adds = {}, opaque = false, renames, keeps } = effects
    const isKnown = !opaque && reads !== undefined && reads.length > 0 && kind === 'map' && !asksForEachRow(options)
    if (servings.length > 0 && isKnown && !reads.some((column) => made.has(column))) found.set(id, reads)
    if (opaque || renames !== undefined || keeps !== undefined) return found
    for (const column of Object.keys(adds)) made.add(column)
  }
  return found
}

function asksForEachRow(options: unknown): boolean {
  return (options as { readonly shareAnswers?: unknown } | undefined)?.shareAnswers === false
}
