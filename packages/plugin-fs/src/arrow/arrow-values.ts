import type { ColumnType } from '@maestro-dataflow/core'
import type { DataType, Field } from '@uwdata/flechette'
import { assertDistinct } from '../distinct-names.js'
import { decimalText, timestampOf, timeText, toInteger } from '../parquet/exact-values.js'
import { jsonOf } from '../parquet/parsed-values.js'

/** The type of a column, and how its values become those of rows. */
export interface ArrowKind {
  readonly type: ColumnType
  readonly convert: (value: unknown) => unknown
}

/** The types of Arrow by their numbers in its format. */
const ids = {
  dictionary: -1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  list: 12,
  struct: 13,
  fixedBinary: 15,
  fixedList: 16,
  map: 17,
  duration: 18,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  runEnds: 22,
  binaryView: 23,
  utf8View: 24,
  listView: 25,
  largeListView: 26,
} as const

const perSecond = [1n, 1000n, 1_000_000n, 1_000_000_000n] as const
/** The field of a column's description that names the type of its values in rows. */
export const typeKey = 'maestro:type'
export const extensionKey = 'ARROW:extension:name'

/** How the values of a column are read. */
export function kindOfField({ type, metadata }: Field): ArrowKind {
  const kind = kindOf(type)
  const extension = metadata?.get(extensionKey)
  if (extension === 'arrow.json')
    return { type: 'unknown', convert: (value) => (typeof value === 'string' ? jsonOf(value) : value) }
  if (extension === 'arrow.uuid') return { type: 'string', convert: (value) => uuidText(value as Uint8Array) }
  if (metadata?.get(typeKey) === 'bigint') return { type: 'bigint', convert: (value) => BigInt(value as number) }
  return kind
}

interface AnyType {
  readonly typeId: number
  readonly bitWidth?: number
  readonly precision?: number
  readonly scale?: number
  readonly unit?: number
  readonly dictionary?: DataType
  readonly children?: readonly Field[]
}

function kindOf(given: DataType): ArrowKind {
  const { typeId, bitWidth = 0, scale = 0, unit = 0, dictionary, children = [] } = given as AnyType
  const inner = children.map((child) => optional(kindOfField(child).convert))
  const [first = same] = inner
  switch (typeId) {
    case ids.dictionary:
      return dictionary === undefined ? { type: 'unknown', convert: same } : kindOf(dictionary)
    case ids.runEnds:
      return children[1] === undefined ? { type: 'unknown', convert: same } : kindOf(children[1].type)
    case ids.int:
      return bitWidth < 64
        ? { type: 'integer', convert: Number }
        : { type: 'unknown', convert: (value) => toInteger(value as bigint) }
    case ids.float:
      return { type: 'number', convert: Number }
    case ids.utf8:
    case ids.largeUtf8:
    case ids.utf8View:
      return { type: 'string', convert: same }
    case ids.bool:
      return { type: 'boolean', convert: same }
    case ids.decimal:
      return { type: 'decimal', convert: (value) => decimalText(BigInt(value as bigint), scale) }
    case ids.date:
      return { type: 'date', convert: (value) => timestampOf(BigInt(value as number), 1000n) }
    case ids.timestamp:
      return {
        type: unit < 2 ? 'date' : 'unknown',
        convert: (value) =>
          unit === 0
            ? timestampOf(BigInt(value as bigint) * 1000n, 1000n)
            : timestampOf(BigInt(value as bigint), perSecond[unit] ?? 1000n),
      }
    case ids.time:
      return { type: 'string', convert: (value) => timeText(BigInt(value as number), perSecond[unit] ?? 1000n) }
    case ids.duration:
      return { type: 'unknown', convert: (value) => toInteger(value as bigint) }
    case ids.binary:
    case ids.largeBinary:
    case ids.binaryView:
    case ids.fixedBinary:
      // The bytes of a batch of rows would stay in memory.
      return { type: 'bytes', convert: (value) => Uint8Array.from(value as Uint8Array) }
    case ids.list:
    case ids.largeList:
    case ids.listView:
    case ids.largeListView:
    case ids.fixedList: {
      const item = children[0]?.type as AnyType | undefined
      if (item?.typeId === ids.float && item.precision === 1) return { type: 'unknown', convert: toVector }
      return { type: 'json', convert: (value) => Array.from(value as Iterable<unknown>, first) }
    }
    case ids.struct: {
      assertDistinct(children.map(({ name }) => name))
      const members = children.map(({ name }, index) => [name, inner[index] ?? same] as const)
      const convert = (value: unknown) =>
        Object.fromEntries(members.map(([name, of]) => [name, of((value as Record<string, unknown>)[name])]))
      return { type: 'json', convert }
    }
    case ids.map: {
      const [key, item] = (children[0]?.type as AnyType | undefined)?.children ?? []
      const ofKey = key === undefined ? same : optional(kindOfField(key).convert)
      const of = item === undefined ? same : optional(kindOfField(item).convert)
      const isText = key !== undefined && kindOfField(key).type === 'string'
      const convert = (value: unknown) => {
        const pairs = Array.from(value as Iterable<[unknown, unknown]>, ([key, one]) => [ofKey(key), of(one)] as const)
        // The keys of an object are texts, so that keys of other types stay beside their values.
        return isText ? Object.fromEntries(pairs) : pairs.map(([key, value]) => ({ key, value }))
      }
      return { type: 'json', convert }
    }
    default:
      return { type: 'unknown', convert: (value) => (typeof value === 'bigint' ? toInteger(value) : value) }
  }
}

const same = (value: unknown) => value

export const optional =
  (convert: (value: unknown) => unknown) =>
  (value: unknown): unknown =>
    value === null || value === undefined ? null : convert(value)

/** A UUID in its usual form. */
function uuidText(bytes: Uint8Array): string {
  const digits = Buffer.from(bytes).toString('hex')
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  )
}

/** A list of 32-bit numbers is a vector unless an item is missing. */
function toVector(value: unknown): unknown {
  const items = Array.from(value as Iterable<number | null>)
  return items.every((item) => typeof item === 'number') ? new Float32Array(items as number[]) : items
}
