import type { Columns, ColumnType } from '@maestro-dataflow/core'
import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet'
import { assertDistinct } from '../distinct-names.js'
import { unreadable } from '../unreadable.js'
import { bigintOf, decimalText, int96Bytes, int96Timestamp, timeText, toInteger } from './exact-values.js'
import { sound } from './parsed-values.js'

/** Converts what the reader returns to the value of a row. */
type Convert = (value: unknown) => unknown

/** A column of a Parquet file. */
export interface ParquetColumn {
  readonly name: string
  readonly type: ColumnType
  /** Undefined if the reader's values are those of rows, or unreadable values. */
  readonly convert: Convert | undefined
  /** Whether the statistics of the file hold values as rows do. Those of decimal numbers and of JSON do not. */
  readonly isComparable: boolean
}

/** The name under which our writer notes the types that Parquet itself lacks. */
export const typesKey = 'maestro.columns'

/** What is written in a schema element before it is read by the reader. */
interface Kind {
  readonly type: ColumnType
  readonly convert?: Convert
  /** Whether the reader must leave the stored value as it is. */
  readonly isRaw?: boolean
}

/**
 * The columns of a file. The elements of the schema are changed so that the reader returns exact values.
 *
 * @throws MAESTRO_FS_CONTENT for what cannot be read
 */
export function columnsOfFile(metadata: FileMetaData, tree: SchemaTree): readonly ParquetColumn[] {
  const noted = notedTypes(metadata)
  const safe = safeColumns(metadata)
  assertAllDistinct(tree)
  for (const { columns } of metadata.row_groups)
    for (const { meta_data: data } of columns) if (data?.type === 'INT96') data.type = 'FIXED_LEN_BYTE_ARRAY'
  return tree.children.map((child) => {
    const { name } = child.element
    const { type, convert: convertAll } = kindOf(child, [])
    const convert = convertAll === sound ? undefined : convertAll
    const isComparable = child.children.length === 0 && isStatedAsIs(child.element, type)
    const written = noted[name]
    if (written !== 'bigint')
      return { name, type: type === 'unknown' ? sureType(child, safe) : type, convert, isComparable }
    const toBigint: Convert = (value) => (value === null || value === undefined ? value : BigInt(value as number))
    const inFull: Convert = (value) => toBigint(convert === undefined ? value : convert(value))
    return { name, type: 'bigint', convert: inFull, isComparable }
  })
}

function assertAllDistinct({ children }: SchemaTree): void {
  assertDistinct(children.map(({ element }) => element.name))
  for (const child of children) assertAllDistinct(child)
}

function isStatedAsIs({ type: stored, repetition_type: repetition }: SchemaElement, type: ColumnType): boolean {
  if (repetition === 'REPEATED') return false
  if (type === 'string') return stored === 'BYTE_ARRAY'
  return ['integer', 'number', 'date'].includes(type) || (type === 'unknown' && stored === 'INT64')
}

function notedTypes({ key_value_metadata: pairs = [] }: FileMetaData): Columns {
  const noted = pairs.find(({ key }) => key === typesKey)?.value
  try {
    return noted === undefined ? {} : (JSON.parse(noted) as Columns)
  } catch {
    return {}
  }
}

/** A column of whole numbers of 64 bits, of which the statistics may prove that all are safe. */
function sureType({ element }: SchemaTree, safe: ReadonlySet<string>): ColumnType {
  const isTime = element.logical_type?.type === 'TIMESTAMP' || element.converted_type?.startsWith('TIME')
  return element.type === 'INT64' && !isTime && safe.has(element.name) ? 'integer' : 'unknown'
}

/** The columns whose statistics state, in every row group, that all values are whole numbers that a number holds. */
function safeColumns({ row_groups: groups }: FileMetaData): ReadonlySet<string> {
  const isSafe = (value: unknown) => typeof value === 'bigint' && Number.isSafeInteger(Number(value))
  const [first, ...others] = groups.map(
    ({ columns }) =>
      new Set(
        columns.flatMap(({ meta_data: data }) =>
          isSafe(data?.statistics?.min_value) && isSafe(data?.statistics?.max_value)
            ? (data?.path_in_schema[0] ?? [])
            : [],
        ),
      ),
  )
  return new Set([...(first ?? [])].filter((name) => others.every((other) => other.has(name))))
}

function kindOf(node: SchemaTree, path: readonly string[]): Kind {
  const { element } = node
  const place = [...path, element.name]
  if (element.name === '__proto__') throw unreadable('a column cannot have the name "__proto__"')
  const kind = node.children.length > 0 ? groupKind(node, place) : leafKind(element)
  if (element.repetition_type !== 'REPEATED' || isListItem(path)) return optional(kind)
  return { type: 'json', ...each(kind.convert) }
}

/** Lists and maps wrap their items in a repeated group, which the reader takes away. */
const isListItem = (path: readonly string[]) => path.at(-1) === inside

/** Stands in a path for the group that wraps items. */
const inside = '\0'

function optional(kind: Kind): Kind {
  const { convert } = kind
  if (convert === undefined || convert === sound) return kind
  return { ...kind, convert: (value) => (value === null || value === undefined ? null : convert(value)) }
}

const each = (convert: Convert | undefined): Pick<Kind, 'convert'> =>
  convert === undefined ? {} : { convert: (value) => (value as readonly unknown[]).map(convert) }

function groupKind(node: SchemaTree, path: readonly string[]): Kind {
  const { element, children } = node
  const [wrapper] = children
  if (element.logical_type?.type === 'LIST') element.converted_type ??= 'LIST'
  if (element.logical_type?.type === 'MAP' || (element.converted_type as string) === 'MAP_KEY_VALUE')
    element.converted_type = 'MAP'
  if (element.logical_type?.type === 'VARIANT') return { type: 'unknown' }
  if (element.converted_type === 'LIST' && children.length === 1 && wrapper !== undefined) {
    const [only, ...others] = wrapper.children
    const item = only !== undefined && others.length === 0 ? only : wrapper
    const kind = kindOf(item, [...path, inside])
    if (isFloat(item))
      return { type: item.element.repetition_type === 'REQUIRED' ? 'vector' : 'unknown', convert: toVector }
    const items = each(kind.convert ?? orNull)
    // The reader takes the group away only if it holds one value.
    return { type: 'json', ...(others.length === 0 ? items : within(wrapper, items)) }
  }
  if (element.converted_type === 'MAP' && wrapper?.children.length === 2) {
    // The reader would lose a key that is the name of a property of every object.
    delete element.converted_type
    return mapKind(wrapper, path)
  }
  const members = children.map((child) => [child.element.name, kindOf(child, path).convert ?? orNull] as const)
  const convert = (value: unknown) => {
    const given = value as Readonly<Record<string, unknown>>
    return Object.fromEntries(members.map(([name, convertMember]) => [name, convertMember(given[name])]))
  }
  return { type: 'json', convert }
}

/** The reader leaves out some of the values that are missing within others. */
const orNull: Convert = (value) => value ?? null

function mapKind(wrapper: SchemaTree, path: readonly string[]): Kind {
  const [key, item] = wrapper.children as [SchemaTree, SchemaTree]
  const { convert: convertKey = orNull } = kindOf(key, [...path, inside])
  const { convert = orNull } = kindOf(item, [...path, inside])
  const isText = key.element.type === 'BYTE_ARRAY' && key.element.converted_type === 'UTF8'
  const toMap: Convert = (entries) => {
    const pairs = (entries as readonly Readonly<Record<string, unknown>>[]).map(
      (entry) => [convertKey(entry[key.element.name]), convert(entry[item.element.name])] as const,
    )
    // The keys of an object are texts: those of other types would look like others, and might become equal.
    return isText ? Object.fromEntries(pairs) : pairs.map(([key, value]) => ({ key, value }))
  }
  return { type: 'json', ...within(wrapper, { convert: toMap }) }
}

/** A conversion of the value in a group that the reader leaves as it is. */
const within = ({ element }: SchemaTree, { convert }: Pick<Kind, 'convert'>): Pick<Kind, 'convert'> => ({
  convert: (value) => convert?.((value as Readonly<Record<string, unknown>>)[element.name]),
})

const isFloat = ({ element, children }: SchemaTree): boolean => element.type === 'FLOAT' && children.length === 0

/** A list of 32-bit numbers is a vector unless an item is missing. */
function toVector(value: unknown): unknown {
  const items = Array.from(value as Iterable<number | null>)
  return items.every((item) => typeof item === 'number') ? new Float32Array(items as number[]) : items
}

function leafKind(element: SchemaElement): Kind {
  const kind = leafKindOf(element)
  if (kind.isRaw === true) {
    delete element.converted_type
    delete element.logical_type
  }
  return kind
}

const units = { MILLIS: 1000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n }

function leafKindOf(element: SchemaElement): Kind {
  const { type, converted_type: converted, logical_type: logical, scale = 0 } = element
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const toBig = (value: unknown) => (value instanceof Uint8Array ? bigintOf(value) : BigInt(value as number))
    return { type: 'decimal', isRaw: true, convert: (value) => decimalText(toBig(value), scale) }
  }
  if (logical?.type === 'TIME' || converted === 'TIME_MILLIS' || converted === 'TIME_MICROS') {
    const unit = logical?.type === 'TIME' ? logical.unit : converted === 'TIME_MILLIS' ? 'MILLIS' : 'MICROS'
    const perSecond = units[unit]
    return { type: 'string', isRaw: true, convert: (value) => timeText(BigInt(value as number), perSecond) }
  }
  if (logical?.type === 'TIMESTAMP') return { type: logical.unit === 'MILLIS' ? 'date' : 'unknown', convert: sound }
  if (converted === 'TIMESTAMP_MILLIS' || converted === 'DATE') return { type: 'date', convert: sound }
  if (logical?.type === 'DATE') {
    element.converted_type = 'DATE'
    return { type: 'date', convert: sound }
  }
  if (converted === 'TIMESTAMP_MICROS') return { type: 'unknown', convert: sound }
  if (type === 'INT96') {
    // The reader would lose the day of a time before 1970.
    element.type = 'FIXED_LEN_BYTE_ARRAY'
    element.type_length = int96Bytes
    return { type: 'unknown', isRaw: true, convert: (value) => int96Timestamp(value as Uint8Array) }
  }
  if (logical?.type === 'JSON' || converted === 'JSON') {
    element.converted_type = 'JSON'
    return { type: 'unknown', convert: sound }
  }
  if (converted === 'ENUM' || converted === 'UTF8' || logical?.type === 'STRING' || logical?.type === 'ENUM') {
    element.converted_type = 'UTF8'
    return { type: 'string', convert: sound }
  }
  if (logical?.type === 'UUID') return { type: 'string' }
  if (logical?.type === 'FLOAT16') return { type: 'number' }
  if (type === 'INT64') return { type: 'unknown', convert: (value) => toInteger(value as bigint) }
  if (type === 'INT32') return { type: 'integer' }
  if (type === 'BOOLEAN') return { type: 'boolean' }
  if (type === 'FLOAT' || type === 'DOUBLE') return { type: 'number' }
  return { type: 'bytes', isRaw: true, convert: (value) => (value instanceof Uint8Array ? value.slice() : value) }
}
