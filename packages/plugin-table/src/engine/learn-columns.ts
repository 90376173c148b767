import type { ColumnSet, TableFile } from '@maestro-dataflow/core'
import type { KnownColumn, KnownColumns } from './column-values.js'
import type { Database } from './connect.js'
import { mostDigits } from './exact-comparison.js'
import type { ExtractedColumns } from './extracted-columns.js'
import type { Kind } from './kinds.js'
import { columnTypeIn } from './known-columns.js'

/** The kinds that were found among the values of columns. */
export interface LearnedColumns {
  readonly columns: KnownColumns
  /**
   * Each combination of kinds in one row, by column, for the columns of several kinds. Without such a column, it is one
   * empty set.
   */
  readonly sets: readonly ReadonlyMap<string, Kind>[]
  /** Whether a column that an aggregate computes with holds a value that SQL cannot represent. */
  readonly isUnfit: boolean
}

/** Values that SQL cannot represent: text that contains half a character, and invalid dates. */
const unfitKinds: readonly string[] = ['broken', 'invalid']

export interface LearnOptions {
  /** Whether columns of known types are examined too, because SQL cannot hold some of their values. */
  readonly all: boolean
  /** The columns that an aggregate computes with. */
  readonly computed: readonly string[]
}

/**
 * Examines, in one pass, the values of the columns whose type the plan does not know. A column whose values are of one
 * kind is then treated like a column of a known type.
 *
 * @param relation Lines with extracted columns.
 */
export async function learnColumns(
  { connection }: Database,
  relation: string,
  extracted: ExtractedColumns,
  columns: ColumnSet,
  { all, computed }: LearnOptions,
): Promise<LearnedColumns> {
  const { names, format } = extracted
  const known = new Map(names.map((name) => [name, { kind: columnTypeIn(name, columns) as Kind }]))
  const unknown = names.filter((name) => all || needsLearning(name, columns))
  if (unknown.length === 0) return { columns: known, sets: [new Map()], isUnfit: false }
  const told = unknown.map((name) => {
    const json = extracted.json(name)
    return columnTypeIn(name, columns) === 'decimal' ? decimalScale(json) : kindSql(json, format)
  })
  const found = await connection.runAndReadAll(`SELECT DISTINCT ${told.join(', ')} FROM ${relation}`)
  const rows = found.getRows()
  let isUnfit = false
  const mixed: string[] = []
  const learned = new Map<string, KnownColumn>(known)
  for (const [index, name] of unknown.entries()) {
    const kinds = new Set(rows.flatMap((row) => (row[index] === null ? [] : [String(row[index])])))
    if (columnTypeIn(name, columns) === 'decimal') {
      learned.set(name, decimalColumn(kinds))
      continue
    }
    const unfit = computed.includes(name) ? unfitKinds.filter((one) => kinds.delete(one)) : []
    isUnfit ||= unfit.length > 0
    // A column with nothing else has a type, too: its rows are rejected by it.
    if (unfit.length > 0 && kinds.size === 0) kinds.add('string')
    const kind = commonKind(kinds as Set<Kind>, computed.includes(name))
    learned.set(name, kind === 'unknown' ? (known.get(name) ?? { kind }) : { kind })
    if (kind === 'mixed') mixed.push(name)
  }
  const sets = new Map<string, ReadonlyMap<string, Kind>>()
  for (const row of rows) {
    const set = new Map(mixed.map((name) => [name, (row[unknown.indexOf(name)] ?? 'unknown') as Kind]))
    sets.set(JSON.stringify([...set]), set)
  }
  return { columns: learned, sets: sets.size === 0 ? [new Map()] : [...sets.values()], isUnfit }
}

/** Whether the type that the plan knows is not sufficient to compute with the column. */
export function needsLearning(column: string, columns: ColumnSet): boolean {
  return ['unknown', 'decimal'].includes(columnTypeIn(column, columns))
}

/**
 * The kind that covers all these kinds. The kind of a column without a value is `unknown`.
 *
 * @param isCombined Whether an aggregate combines the values. Whole numbers of any size then have one type, in which SQL
 *   adds and compares them; a filter takes each row by its own kind.
 */
function commonKind(kinds: ReadonlySet<Kind>, isCombined: boolean): Kind {
  const [first, ...others] = kinds
  if (first === undefined) return 'unknown'
  if (others.length === 0) return first
  const is = (...allowed: readonly Kind[]) => [...kinds].every((kind) => allowed.includes(kind))
  if (is('integer', 'bigint')) return 'bigint'
  if (isCombined && is('integer', 'bigint', 'wide')) return 'wide'
  if (is('integer', 'number')) return 'number'
  if (is('string', 'broken')) return 'broken'
  return 'mixed'
}

/** The kind of a JSON value by its text, in SQL. */
export function kindSql(json: string, format: TableFile['format']): string {
  const isFraction = `(contains(${json}, '.') OR contains(lower(${json}), 'e'))`
  const digits = (text: string, large: string) =>
    `CASE WHEN strlen(${text}) <= 15 OR abs(TRY_CAST(${text} AS HUGEINT)) <= ${Number.MAX_SAFE_INTEGER} THEN 'integer' WHEN TRY_CAST(${text} AS HUGEINT) IS NOT NULL THEN '${large}' ELSE 'wide' END`
  const tagged = ['$date', '$number', '$bytes', '$vector', '$text'].map((tag) => {
    const kind: Kind = tag === '$text' ? 'broken' : (tag.slice(1) as Kind)
    return `WHEN starts_with(${json}, '{"${tag}":') THEN '${kind}'`
  })
  const invalid = `WHEN ${json} = '{"$date":null}' THEN 'invalid'`
  const tags = `${invalid} WHEN starts_with(${json}, '{"$bigint":') THEN ${digits(`(${json}->>'/$bigint')`, 'bigint')} ${tagged.join(' ')}`
  return `CASE WHEN ${json} IS NULL THEN NULL
    WHEN ${json} < '#' THEN 'string'
    WHEN ${json} < ':' THEN CASE WHEN ${isFraction} THEN 'number' ELSE ${digits(json, 'bigint')} END
    WHEN ${json} IN ('true', 'false') THEN 'boolean'
    ${format === 'step' ? tags : ''}
    ELSE 'json' END`
}

/** The number of digits before and after the point of a decimal number, or 'exponent' if it has an exponent. */
function decimalScale(json: string): string {
  const text = `ltrim(${json}->>'$', '+-')`
  return `CASE WHEN ${json} IS NULL THEN NULL WHEN contains(lower(${text}), 'e') THEN 'exponent' ELSE strlen(split_part(${text}, '.', 1)) || '.' || strlen(split_part(${text}, '.', 2)) END`
}

/** The digits after the point of numbers with an exponent. */
const usualScale = 10

/** The SQL type that holds decimal numbers exactly, or all but those with too many digits. */
function decimalColumn(found: ReadonlySet<string>): KnownColumn {
  const hasExponent = found.has('exponent')
  const lengths = [...found].filter((text) => text !== 'exponent').map((text) => text.split('.').map(Number))
  const fitting = lengths.filter(([before = 0, after = 0]) => before + after <= mostDigits)
  const whole = Math.max(1, ...fitting.map(([before = 0]) => before))
  const scale = Math.max(hasExponent ? usualScale : 0, ...fitting.map(([, after = 0]) => after))
  const rounds = hasExponent || fitting.length < lengths.length || whole + scale > mostDigits
  const sqlType = `DECIMAL(${mostDigits}, ${Math.min(scale, mostDigits - whole)})`
  return rounds ? { kind: 'decimal', sqlType, rounds } : { kind: 'decimal', sqlType }
}
