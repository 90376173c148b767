import type { DataType } from '@uwdata/flechette'
import type { Shape } from '../parquet/column-shape.js'
import { type ToJson, unscaled } from '../parquet/parquet-schema.js'
import { extensionKey, optional, typeKey } from './arrow-values.js'

type Arrow = typeof import('@uwdata/flechette')

/** How a column is stored, and how a value becomes what the writer stores. */
export interface ArrowColumn {
  readonly type: DataType
  readonly convert: (value: unknown) => unknown
  /** What tells a reader more than the type. */
  readonly metadata?: Map<string, string>
}

const mostDigits = 38
const [leastInt64, mostInt64] = [-(2n ** 63n), 2n ** 63n - 1n]

/** The type of a column with a shape. */
export function arrowColumn(arrow: Arrow, shape: Shape, toJson: ToJson): ArrowColumn {
  const column = (type: DataType, convert: (value: unknown) => unknown = (value) => value): ArrowColumn => ({
    type,
    convert: optional(convert),
  })
  switch (shape.kind) {
    case 'boolean':
      return column(arrow.bool())
    case 'double':
      return column(arrow.float64(), Number)
    case 'bytes':
      return column(arrow.binary())
    case 'none':
    case 'string':
      return column(arrow.utf8())
    case 'timestamp':
      return column(arrow.timestamp(arrow.TimeUnit.MILLISECOND, 'UTC'))
    case 'integer': {
      const toBigint = (value: unknown) => BigInt(value as number)
      const noted = shape.hasNumbers ? {} : { metadata: new Map([[typeKey, 'bigint']]) }
      if (shape.least >= leastInt64 && shape.most <= mostInt64) return { ...column(arrow.int64(), toBigint), ...noted }
      const bound = 10n ** BigInt(mostDigits)
      return shape.least > -bound && shape.most < bound
        ? column(arrow.decimal(mostDigits, 0), toBigint)
        : column(arrow.utf8(), String)
    }
    case 'decimal':
      return shape.whole + shape.scale > mostDigits
        ? column(arrow.utf8())
        : column(arrow.decimal(mostDigits, shape.scale), (value) => unscaled(value as string, shape.scale))
    case 'mixed':
      return { ...column(arrow.utf8(), toJson), metadata: new Map([[extensionKey, 'arrow.json']]) }
    case 'vector':
      return column(arrow.list(arrow.float32()), (value) => Array.from(value as Float32Array))
    case 'list': {
      const item = arrowColumn(arrow, shape.item, toJson)
      return column(arrow.list(arrow.field('item', item.type, true, item.metadata)), (value) =>
        (value as readonly unknown[]).map(item.convert),
      )
    }
    case 'object': {
      const members = Array.from(shape.members, ([name, one]) => [name, arrowColumn(arrow, one, toJson)] as const)
      const fields = members.map(([name, { type, metadata }]) => arrow.field(name, type, true, metadata))
      return column(arrow.struct(fields), (value) => {
        const given = value as Readonly<Record<string, unknown>>
        return Object.fromEntries(
          members.map(([name, { convert }]) => [name, convert(Object.hasOwn(given, name) ? given[name] : null)]),
        )
      })
    }
  }
}
