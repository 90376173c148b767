import { columnNames, rowFromEntries } from '../../contracts/column-order.js'
import type { ColumnEffects } from '../../contracts/operator.js'
import type { ColumnSet, ColumnType } from '../../contracts/row.js'

/** The columns after a step. */
export function applyEffects(before: ColumnSet, effects: ColumnEffects): ColumnSet {
  if (effects.opaque === true) return { columns: {}, open: true }
  let entries: readonly (readonly [string, ColumnType])[] = columnNames(before.columns).map((column) => [
    column,
    before.columns[column] ?? 'unknown',
  ])
  if (effects.keeps !== undefined) {
    const kept = effects.keeps
    entries = kept.map((column) => [column, typeIn(before, column) ?? 'unknown'])
  }
  const dropped = new Set(effects.drops)
  const renames = effects.renames ?? {}
  const renamed = entries
    .filter(([column]) => !dropped.has(column))
    .map(([column, type]): readonly [string, ColumnType] => [
      Object.hasOwn(renames, column) ? (renames[column] ?? column) : column,
      type,
    ])
  const adds = effects.adds ?? {}
  const foreign = Object.entries(before.foreignTexts ?? {}).flatMap(([column, text]) => {
    const now = Object.hasOwn(renames, column) ? (renames[column] ?? column) : column
    const isKept = effects.keeps?.includes(column) ?? true
    return isKept && !dropped.has(column) && !Object.hasOwn(adds, now) ? [[now, text] as const] : []
  })
  const after = new Map([...renamed, ...columnNames(adds).map((name) => [name, adds[name] ?? 'unknown'] as const)])
  return {
    columns: rowFromEntries([...after]),
    open: effects.keeps === undefined && before.open,
    ...(foreign.length === 0 ? {} : { foreignTexts: Object.fromEntries(foreign) }),
  }
}

/** What a step does to the columns of a table if some rows pass it by. */
export function effectsWhere(effects: ColumnEffects, before: ColumnSet): ColumnEffects {
  const { drops = [], renames = {}, keeps, opaque, adds = {} } = effects
  if (opaque === true || keeps !== undefined || drops.length > 0 || Object.keys(renames).length > 0)
    return { opaque: true }
  const types = columnNames(adds).map((name): readonly [string, ColumnType] => {
    const [was, becomes = 'unknown'] = [typeIn(before, name), adds[name]]
    return [name, was === undefined || was === becomes ? becomes : 'unknown']
  })
  return { ...effects, adds: rowFromEntries(types) }
}

/** The type of a column, if the plan knows the column. A column may have the name of what all objects have. */
function typeIn({ columns }: ColumnSet, name: string): ColumnType | undefined {
  return Object.hasOwn(columns, name) ? columns[name] : undefined
}

/** The names among `wanted` that certainly do not exist. */
export function missingColumns(wanted: readonly string[], columns: ColumnSet): readonly string[] {
  return columns.open ? [] : wanted.filter((column) => !Object.hasOwn(columns.columns, column))
}
