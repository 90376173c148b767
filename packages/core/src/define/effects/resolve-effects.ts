import type { ColumnEffects } from '../../contracts/operator.js'
import type { ColumnSet, Columns, ColumnType } from '../../contracts/row.js'
import type { TypeFrom } from './column-types.js'
import type { Effects } from './effects.js'

type Options = Readonly<Record<string, unknown>>

/** Resolves declared effects on columns with these options, except the columns that are read. */
export function resolveEffects(effects: Effects, options: Options, before: ColumnSet): ColumnEffects {
  const { adds, drops, keeps, renames } = effects
  const named = (names: readonly string[]) => names.flatMap((name) => expandName(name, options))
  return {
    ...(adds === undefined ? {} : { adds: addedColumns(adds, options, before) }),
    ...(drops === undefined ? {} : { drops: named(drops) }),
    ...(keeps === undefined ? {} : { keeps: named(keeps) }),
    ...(renames === undefined ? {} : { renames: renamedColumns(options[renames.slice(1, -1)]) }),
  }
}

function addedColumns(adds: NonNullable<Effects['adds']>, options: Options, before: ColumnSet): Columns {
  if (typeof adds === 'function') return (adds as (options: Options, before: ColumnSet) => Columns)(options, before)
  return Object.fromEntries(
    Object.entries(adds).flatMap(([name, from]) => {
      const type = columnTypeFrom(from, options, before)
      return type === undefined ? [] : expandName(name, options).map((column) => [column, type])
    }),
  )
}

/**
 * Expands a name that contains `{option}` to column names.
 *
 * @example expandName('{output}_score', { output: 'label' }) // ['label_score']
 */
export function expandName(name: string, options: Options): readonly string[] {
  const [whole, start = '', inner = '', end = ''] = /^([^{]*)\{([^}]+)\}(.*)$/.exec(name) ?? []
  if (whole === undefined) return [name]
  const given = inner.split('|').find((option) => options[option] !== undefined)
  const values = namesIn(given === undefined ? undefined : options[given])
  return values.flatMap((value) => expandName(end, options).map((rest) => start + value + rest))
}

function columnTypeFrom(from: TypeFrom | undefined, options: Options, before: ColumnSet): ColumnType | undefined {
  if (from === undefined || typeof from === 'string') return from
  if ('columnType' in from) return from.columnType
  if ('when' in from) return columnTypeFrom(holds(from.when, options) ? from.then : from.else, options, before)
  if ('sameAs' in from) {
    const [name = ''] = namesIn(options[from.sameAs])
    return Object.hasOwn(before.columns, name) ? before.columns[name] : 'unknown'
  }
  return 'oneOf' in from ? 'string' : 'listOf' in from ? 'json' : 'unknown'
}

function holds(condition: unknown, options: Options): boolean {
  if (typeof condition === 'string') return options[condition] !== undefined && options[condition] !== false
  return Object.entries(condition as Options).every(([option, value]) => options[option] === value)
}

function namesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string')
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}

function renamedColumns(names: unknown): Readonly<Record<string, string>> {
  const entries = typeof names === 'object' && names !== null ? Object.entries(names) : []
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
