import type { SchemaElement } from 'hyparquet'
import type { Shape } from './column-shape.js'

/** How a shape is stored, and how a value becomes what the writer stores. */
export interface Stored {
  readonly elements: readonly SchemaElement[]
  readonly convert: (value: unknown) => unknown
}

const utf8 = new TextEncoder()
const [leastInt64, mostInt64] = [-(2n ** 63n), 2n ** 63n - 1n]
const mostDigits = 38
/** The bytes of a decimal number of 38 digits. */
const decimalBytes = 16

/** A value as JSON for a column of several kinds. */
export type ToJson = (value: unknown) => string

/** The schema elements of a column, and the conversion of its values. */
export function storedAs(name: string, shape: Shape, toJson: ToJson): Stored {
  const stored = (
    element: Omit<SchemaElement, 'name' | 'repetition_type'>,
    convert: Stored['convert'] = same,
  ): Stored => ({
    elements: [{ name, repetition_type: 'OPTIONAL', ...element } as SchemaElement],
    convert: (value) => (value === null || value === undefined ? null : convert(value)),
  })
  switch (shape.kind) {
    case 'boolean':
      return stored({ type: 'BOOLEAN' })
    case 'double':
      return stored({ type: 'DOUBLE' }, Number)
    case 'bytes':
      return stored({ type: 'BYTE_ARRAY' })
    case 'none':
    case 'string':
      return stored({ type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } })
    case 'timestamp':
      return stored(
        {
          type: 'INT64',
          converted_type: 'TIMESTAMP_MILLIS',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
        },
        (value) => BigInt((value as Date).getTime()),
      )
    case 'integer':
      return integer(shape, stored)
    case 'decimal':
      if (shape.whole + shape.scale > mostDigits) return storedAs(name, { kind: 'string' }, toJson)
      return stored(decimal(shape.scale), (value) => unscaled(value as string, shape.scale))
    case 'mixed':
      // The library's own JSON would round big integers.
      return stored({ type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } }, (value) => utf8.encode(toJson(value)))
    case 'vector':
      return list(name, [{ name: 'element', repetition_type: 'REQUIRED', type: 'FLOAT' }], (value) =>
        Array.from(value as Float32Array),
      )
    case 'list': {
      const { elements, convert } = storedAs('element', shape.item, toJson)
      return list(name, elements, (value) => (value as readonly unknown[]).map(convert))
    }
    case 'object':
      return object(name, shape.members, toJson)
  }
}

const same = (value: unknown) => value

function integer(
  { least, most }: Extract<Shape, { kind: 'integer' }>,
  stored: (element: Omit<SchemaElement, 'name' | 'repetition_type'>, convert?: Stored['convert']) => Stored,
): Stored {
  const toBigint = (value: unknown) => BigInt(value as number)
  if (least >= leastInt64 && most <= mostInt64) return stored({ type: 'INT64' }, toBigint)
  const bound = 10n ** BigInt(mostDigits)
  if (least > -bound && most < bound) return stored(decimal(0), toBigint)
  return stored({ type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }, String)
}

const decimal = (scale: number): Omit<SchemaElement, 'name' | 'repetition_type'> => ({
  type: 'FIXED_LEN_BYTE_ARRAY',
  type_length: decimalBytes,
  converted_type: 'DECIMAL',
  logical_type: { type: 'DECIMAL', precision: mostDigits, scale },
  precision: mostDigits,
  scale,
})

/** The digits of a decimal number as a whole number. */
export function unscaled(text: string, scale: number): bigint {
  const [, sign, whole = '', fraction = ''] = /^([+-]?)(\d*)\.?(\d*)$/.exec(text) ?? []
  const digits = BigInt(`${whole}${fraction.padEnd(scale, '0')}` || '0')
  return sign === '-' ? -digits : digits
}

function list(name: string, items: readonly SchemaElement[], convert: Stored['convert']): Stored {
  return {
    elements: [
      { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...items,
    ],
    convert: (value) => (value === null || value === undefined ? null : convert(value)),
  }
}

function object(name: string, members: ReadonlyMap<string, Shape>, toJson: ToJson): Stored {
  const parts = Array.from(members, ([member, shape]) => [member, storedAs(member, shape, toJson)] as const)
  return {
    elements: [
      { name, repetition_type: 'OPTIONAL', num_children: parts.length },
      ...parts.flatMap(([, { elements }]) => elements),
    ],
    convert: (value) => {
      if (value === null || value === undefined) return null
      const given = value as Readonly<Record<string, unknown>>
      return Object.fromEntries(
        parts.map(([member, { convert }]) => [member, convert(Object.hasOwn(given, member) ? given[member] : null)]),
      )
    },
  }
}
