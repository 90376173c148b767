import type { ColumnSet } from '@maestro-dataflow/core'
import { formatName } from '../terminal/format-value.js'

/** Columns with their types. */
export function describeColumns({ columns, open }: ColumnSet): string {
  const known = Object.entries(columns).map(([name, type]) => `${formatName(name)} ${type}`)
  if (!open) return known.join(', ') || 'none'
  return known.length === 0 ? 'known when rows come' : `${known.join(', ')}, and others`
}

/** The columns after a step. New columns and columns with a new type are marked +, removed ones -. */
export function changedColumns(before: ColumnSet, after: ColumnSet): string {
  const isNew = (name: string) => before.columns[name] !== after.columns[name]
  const dropped = Object.keys(before.columns).filter((name) => !Object.hasOwn(after.columns, name))
  if (before.open === after.open && dropped.length === 0 && !Object.keys(after.columns).some(isNew)) return 'as before'
  const known = Object.entries(after.columns).map(
    ([name, type]) => `${isNew(name) ? '+ ' : ''}${formatName(name)} ${type}`,
  )
  if (after.open && known.length === 0) return describeColumns(after)
  return [...known, ...dropped.map((name) => `- ${formatName(name)}`), ...(after.open ? ['and others'] : [])].join(', ')
}
