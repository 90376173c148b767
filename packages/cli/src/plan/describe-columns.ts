import type { ColumnSet } from '@maestro-dataflow/core'
import { formatName } from '../terminal/format-value.js'

/** Columns with their types. */
export function describeColumns({ columns, open }: ColumnSet): string {
  const known = Object.entries(columns).map(([name, type]) => `${formatName(name)} ${type}`)
  if (!open) return known.join(', ') || 'none'
  return known.length === 0 ? 'known when rows come' : `${known.join(', ')}, and others`
}

/** What a step does to the columns: those it adds or changes (+), those it takes away (-); all where that is shorter. */
export function changedColumns(before: ColumnSet, after: ColumnSet): string {
  if (before.open !== after.open) return describeColumns(after)
  const added = Object.entries(after.columns).filter(([name, type]) => before.columns[name] !== type)
  const dropped = Object.keys(before.columns).filter((name) => !Object.hasOwn(after.columns, name))
  const changes = [
    ...added.map(([name, type]) => `+ ${formatName(name)} ${type}`),
    ...dropped.map((name) => `- ${formatName(name)}`),
  ]
  if (changes.length === 0) return 'as before'
  const all = describeColumns(after)
  return changes.length > Object.keys(after.columns).length ? all : `${changes.join(', ')}; now ${all}`
}
