import type { ColumnSet, TableFile } from '@maestro-dataflow/core'
import { ColumnValues, type KnownColumns } from '../../../engine/column-values.js'
import type { Database } from '../../../engine/connect.js'
import { ExtractedColumns } from '../../../engine/extracted-columns.js'
import type { Kind } from '../../../engine/kinds.js'
import { learnColumns } from '../../../engine/learn-columns.js'
import { usualKeys } from '../../../engine/line-keys.js'
import { knownColumns, loadedLines, loadLines } from '../../../engine/load-lines.js'

/** The lines of one table of a join. */
export interface SideFiles {
  readonly files: readonly TableFile[]
  /** The columns of the rows. */
  readonly columns: ColumnSet
  /** The columns whose values are needed. The first ones are the key. */
  readonly used: readonly string[]
  /** The number of columns of the key. */
  readonly keys: number
}

/** One table of a join in the database. */
export interface JoinedSide {
  readonly extracted: ExtractedColumns
  /** A relation of the positions and the columns. */
  readonly relation: string
  /** The position at which each file begins. */
  readonly offsets: readonly number[]
  readonly known: KnownColumns
  readonly keys: readonly string[]
}

/** Loads the columns that a join needs. The first line or value that is not as declared ends it with an error. */
export async function loadSide(
  database: Database,
  table: string,
  { files, columns, used, keys }: SideFiles,
  forStep: boolean,
): Promise<JoinedSide> {
  const [file] = files
  const format = file?.format ?? 'step'
  const own = used.slice(0, keys)
  const looked = knownColumns(format === 'rows' ? [...used, ...Object.keys(columns.columns)] : used, columns)
  const usual = file === undefined ? [] : await usualKeys(database, file)
  const idsNeeded = forStep && format === 'rows'
  const options = { idsNeeded, looked, used, columns, usual, keepsText: false, table }
  const offsets = await loadLines(database, files, options)
  const extracted = new ExtractedColumns(format, used, usual)
  const relation = loadedLines(extracted, table)
  const keyColumns = new ExtractedColumns(format, own)
  const learned = await learnColumns(database, relation, keyColumns, columns, { all: false, computed: [] })
  return { extracted, relation, offsets, known: learned.columns, keys: own }
}

/** The columns of the keys in a table of keys. */
export const keyName = (index: number) => `"#maestro.key${index}"`

/**
 * The keys of both tables, as SQL. Columns of one type are compared by SQL, and others by our own keys, as in
 * `JoinTables`.
 */
export function keysOf(left: JoinedSide, right: JoinedSide): readonly (readonly [left: string, right: string])[] {
  return left.keys.map((name, index) => {
    const other = right.keys[index] ?? name
    const type = commonType(kindOf(left, name), kindOf(right, other))
    return [keySql(left, name, type), keySql(right, other, type)] as const
  })
}

const kindOf = ({ known }: JoinedSide, column: string): Kind => known.get(column)?.kind ?? 'unknown'

/** The SQL type in which values of both kinds compare by our rules; undefined if there is none. */
function commonType(one: Kind, other: Kind): string | undefined {
  const areAll = (...kinds: readonly Kind[]) => kinds.includes(one) && kinds.includes(other)
  if (areAll('string')) return 'VARCHAR'
  if (areAll('integer', 'number')) return 'DOUBLE'
  if (areAll('integer', 'bigint')) return 'HUGEINT'
  if (areAll('boolean')) return 'BOOLEAN'
  return areAll('date') ? 'TIMESTAMP' : undefined
}

function keySql({ extracted, known }: JoinedSide, column: string, type: string | undefined): string {
  const values = new ColumnValues(extracted, known, 'strict')
  if (type !== undefined) return `CAST(${values.typed(column)} AS ${type})`
  return `${extracted.format === 'step' ? 'maestro_key' : 'maestro_bare_key'}(${values.json(column)})`
}
