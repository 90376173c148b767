import {
  type ColumnEffects,
  columnNames,
  columns,
  defineOperator,
  type OutputOf,
  type Row,
  type RowFunction,
  rowFromEntries,
  rowFunction,
  type Without,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { tableError } from '../../errors.js'
import { shownValue } from '../../values/shown-value.js'

const fields = {
  /** The columns that hold objects. */
  columns: columns().refine((names) => names.length > 0, 'at least one column is expected'),
  /**
   * The members that become columns, as paths: `['city', 'geo.lat']`. The plan then knows the new columns, and other
   * members are left out.
   *
   * @default all members
   */
  members: z.array(z.string().min(1)).min(1).optional(),
  /** The text between the name of the column and the names of the members. @default '_' */
  separator: z.string().default('_'),
  /** The number of levels that are flattened. Objects below them stay values. @default all levels */
  depth: z.number().int().positive().optional(),
}

type Flattening = OutputOf<typeof fields>
type Entry = readonly [string, unknown]

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  !(value instanceof Date)

/** The most levels of a value that was read from JSON. */
const deepest = 1000

/** The members of an object at the deepest level that is flattened, with the paths to them. */
function* leaves(
  object: Readonly<Record<string, unknown>>,
  path: readonly string[],
  depth: number,
): Generator<readonly [readonly string[], unknown]> {
  for (const name of Object.keys(object)) {
    const member = object[name]
    const isDeep = isObject(member) && depth > 1 && Object.keys(member).length > 0
    if (isDeep) yield* leaves(member, [...path, name], depth - 1)
    else yield [[...path, name], member]
  }
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  let current = value
  for (const name of path) {
    if (!isObject(current) || !Object.hasOwn(current, name)) return null
    current = current[name]
  }
  return current
}

function flattenColumn(column: string, value: unknown, { members, separator, depth = deepest }: Flattening): Entry[] {
  if (value !== null && value !== undefined && !isObject(value))
    throw tableError('MAESTRO_TABLE_SHAPE', { column, expected: 'an object', value: shownValue(value) })
  if (members !== undefined)
    return members.map((member) => {
      const path = member.split('.')
      return [[column, ...path].join(separator), memberAt(value, path)]
    })
  // Without a list of members, a row that has no object gets no columns.
  if (!isObject(value)) return []
  return Array.from(leaves(value, [], depth), ([path, member]) => [[column, ...path].join(separator), member])
}

/** @throws MAESTRO_TABLE_SHAPE, MAESTRO_TABLE_OPTIONS when two columns would have one name */
function flattenRow(row: Row, options: Flattening): Row {
  const entries = columnNames(row).flatMap((name): readonly Entry[] =>
    options.columns.includes(name) ? flattenColumn(name, row[name], options) : [[name, row[name]]],
  )
  const absent = options.columns.filter((name) => !Object.hasOwn(row, name))
  entries.push(...absent.flatMap((name) => flattenColumn(name, null, options)))
  const flat = rowFromEntries(entries)
  if (Object.keys(flat).length === entries.length) return flat
  const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index)?.[0] ?? ''
  throw tableError('MAESTRO_TABLE_OPTIONS', {
    operator: 'table.flatten',
    reason: `the row would have two columns "${twice}"; set another \`separator\`, or rename the column before`,
  })
}

function effectsOf({ columns: names, members, separator }: Flattening): ColumnEffects {
  // The names of the members are only known from the rows.
  if (members === undefined) return { reads: names, opaque: true }
  const added = names.flatMap((name) =>
    members.map((member) => [[name, ...member.split('.')].join(separator), 'unknown'] as const),
  )
  const adds = Object.fromEntries(added)
  return { reads: names, drops: names.filter((name) => !Object.hasOwn(adds, name)), adds }
}

/** The row without the flattened columns, and with those that the options name. */
export interface FlattenedRow extends RowFunction {
  readonly row: this['options'] extends { readonly columns: readonly (infer Name)[] }
    ? Without<this['before'], Name> & Record<string, unknown>
    : never
}

/**
 * `table.flatten`: turns the members of objects into columns: `address: { city }` becomes `address_city`.
 *
 * @example .step('table.flatten', { columns: ['address'], members: ['street', 'geo.lat'] })
 */
export const flatten = defineOperator({
  name: 'table.flatten',
  kind: 'map',
  description: 'Turns the members of objects into columns',
  options: fields,
  columns: effectsOf,
  row: rowFunction<FlattenedRow>(),
  create: (options) => (row) => flattenRow(row, options),
})
