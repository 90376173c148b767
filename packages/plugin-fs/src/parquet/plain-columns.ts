import type { Columns, ParquetFileColumn, ParquetFiles } from '@maestro-dataflow/core'
import { isIndexName } from '@maestro-dataflow/core'
import type { SchemaElement } from 'hyparquet'
import type { FoundFile } from '../found-file.js'
import { openParquet, type ParquetFile } from './open-parquet.js'

/**
 * The columns of Parquet files, if each is of a plain type whose values a table engine makes as this reader does. Nested
 * values, decimal numbers, times below a millisecond, bytes, and numbers without a sign are read here alone.
 *
 * @param asked The columns to read. @default all
 * @param declared The types that the options declare.
 */
export async function plainColumns(
  files: readonly FoundFile[],
  asked: ReadonlySet<string> | undefined,
  declared: Columns,
): Promise<ParquetFiles | undefined> {
  let columns: readonly ParquetFileColumn[] | undefined
  for (const { file, name } of files) {
    if (file.localPath === undefined) return undefined
    const opened = await openParquet(file, name)
    await opened.close()
    const found = columnsOf(opened, asked, declared)
    if (found === undefined || (columns !== undefined && JSON.stringify(found) !== JSON.stringify(columns)))
      return undefined
    columns = found
  }
  if (columns === undefined) return undefined
  return {
    paths: files.flatMap(({ file }) => file.localPath ?? []),
    idPrefixes: files.map(({ name }) => `${name}:`),
    columns,
  }
}

/** The column of the number of a row, which a table engine adds. */
const numberColumn = 'file_row_number'

function columnsOf(
  { columns, elements }: ParquetFile,
  asked: ReadonlySet<string> | undefined,
  declared: Columns,
): readonly ParquetFileColumn[] | undefined {
  const names = columns.map(({ name }) => name.toLowerCase())
  // SQL knows no difference between such names.
  if (new Set(names).size < names.length || names.includes(numberColumn)) return undefined
  const elementOf = new Map(elements.map((element) => [element.name, element]))
  const found: ParquetFileColumn[] = []
  for (const { name, type } of columns) {
    if (asked?.has(name) === false) continue
    const element = elementOf.get(name)
    const values = element && plainValues(element, type)
    const isOdd = name.startsWith('$') || name.includes('\0') || !name.isWellFormed() || isIndexName(name)
    if (values === undefined || isOdd || !fits(type, declared[name])) return undefined
    found.push({ name, values })
  }
  return found.length === 0 || asked?.size !== (asked && found.length) ? undefined : found
}

/** Whether all values of a type of the file are of the declared type. */
function fits(type: Columns[string], declared: Columns[string] = 'unknown'): boolean {
  return declared === 'unknown' || declared === type || (declared === 'number' && type === 'integer')
}

const signed: ReadonlySet<string | undefined> = new Set([undefined, 'INT_8', 'INT_16', 'INT_32', 'INT_64'])

function plainValues(element: SchemaElement, type: Columns[string]): ParquetFileColumn['values'] | undefined {
  const { type: stored, converted_type: converted, logical_type: logical, repetition_type: repetition } = element
  if (repetition === 'REPEATED') return undefined
  const isNumber = signed.has(converted) && (logical === undefined || (logical.type === 'INTEGER' && logical.isSigned))
  switch (stored) {
    case 'BYTE_ARRAY':
      return type === 'string' && converted === 'UTF8' ? 'string' : undefined
    case 'BOOLEAN':
      return 'boolean'
    case 'FLOAT':
    case 'DOUBLE':
      return isNumber ? 'number' : undefined
    case 'INT32':
    case 'INT64':
      if (type === 'date') return 'date'
      // The type of a decimal number is no longer part of its element.
      if (!isNumber || !(type === 'integer' || type === 'unknown' || type === 'bigint')) return undefined
      return type === 'bigint' ? 'bigint' : 'integer'
    default:
      return undefined
  }
}
