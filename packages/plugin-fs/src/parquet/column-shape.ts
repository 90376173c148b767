import type { ColumnType } from '@maestro-dataflow/core'

/** What the values of a column, or of a part of nested values, have in common. */
export type Shape =
  /** No value so far. */
  | { readonly kind: 'none' }
  | { readonly kind: 'boolean' | 'double' | 'string' | 'timestamp' | 'bytes' | 'vector' }
  /** Whole numbers from the least to the greatest, of which some are numbers and not big integers. */
  | { readonly kind: 'integer'; readonly least: bigint; readonly most: bigint; readonly hasNumbers: boolean }
  /** Decimal numbers as text: the digits before and after the point. */
  | { readonly kind: 'decimal'; readonly whole: number; readonly scale: number }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, Shape> }
  /** Values of several kinds, which are written as JSON. */
  | { readonly kind: 'mixed' }

export const none: Shape = { kind: 'none' }
const mixed: Shape = { kind: 'mixed' }

/** The shape of one value. */
export function shapeOf(value: unknown, type: ColumnType = 'unknown'): Shape {
  switch (typeof value) {
    case 'boolean':
      return { kind: 'boolean' }
    case 'string':
      return type === 'decimal' ? decimalShape(value) : { kind: 'string' }
    case 'bigint':
      return { kind: 'integer', least: value, most: value, hasNumbers: false }
    case 'number': {
      // Whole numbers have no negative zero.
      if (type === 'number' || !Number.isSafeInteger(value) || Object.is(value, -0)) return { kind: 'double' }
      const whole = BigInt(value)
      return { kind: 'integer', least: whole, most: whole, hasNumbers: true }
    }
    case 'object':
      return value === null ? none : objectShape(value)
    default:
      return none
  }
}

function objectShape(value: object): Shape {
  if (value instanceof Date) return { kind: 'timestamp' }
  if (value instanceof Float32Array) return { kind: 'vector' }
  if (value instanceof Uint8Array) return { kind: 'bytes' }
  if (Array.isArray(value)) return { kind: 'list', item: value.map((item) => shapeOf(item)).reduce(joinShapes, none) }
  const members = Object.entries(value).map(([name, member]) => [name, shapeOf(member)] as const)
  // Parquet has no object without members, and our reader no member of this name.
  if (members.length === 0 || Object.hasOwn(value, '__proto__')) return mixed
  return { kind: 'object', members: new Map(members) }
}

function decimalShape(text: string): Shape {
  const [, whole = '', fraction = ''] = /^[+-]?0*(\d*)\.?(\d*)$/.exec(text) ?? []
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return { kind: 'string' }
  return { kind: 'decimal', whole: whole.length, scale: fraction.length }
}

/** Whether a shape stays the same with a value. It answers at once for the values that most columns have. */
export function covers(shape: Shape, value: unknown): boolean {
  if (value === null || value === undefined || shape.kind === 'mixed') return true
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return shape.kind === typeof value
    case 'number':
      // A whole number that a number does not hold exactly is one of the floating-point numbers.
      if (shape.kind === 'double') return true
      return (
        shape.kind === 'integer' &&
        shape.hasNumbers &&
        Number.isSafeInteger(value) &&
        !Object.is(value, -0) &&
        value >= shape.least &&
        value <= shape.most
      )
    default:
      return false
  }
}

/** The shape that covers both. */
export function joinShapes(one: Shape, other: Shape): Shape {
  if (one.kind === 'none') return other
  if (other.kind === 'none') return one
  if (one.kind === 'integer' && other.kind === 'integer')
    return {
      kind: 'integer',
      least: lesser(one.least, other.least),
      most: -lesser(-one.most, -other.most),
      hasNumbers: one.hasNumbers || other.hasNumbers,
    }
  if (one.kind === 'decimal' && other.kind === 'decimal')
    return { kind: 'decimal', whole: Math.max(one.whole, other.whole), scale: Math.max(one.scale, other.scale) }
  if (one.kind === 'list' && other.kind === 'list') return { kind: 'list', item: joinShapes(one.item, other.item) }
  if (one.kind === 'object' && other.kind === 'object') {
    const members = new Map(one.members)
    for (const [name, shape] of other.members) members.set(name, joinShapes(members.get(name) ?? none, shape))
    return { kind: 'object', members }
  }
  if (one.kind === 'decimal' || other.kind === 'decimal')
    return one.kind === 'string' || other.kind === 'string' ? { kind: 'string' } : mixed
  if (isDoubleWith(one, other) || isDoubleWith(other, one)) return { kind: 'double' }
  return one.kind === other.kind ? one : mixed
}

/** Whether a shape has values of several kinds, at least in a part of them. */
export function holdsJson(shape: Shape): boolean {
  if (shape.kind === 'list') return holdsJson(shape.item)
  return shape.kind === 'mixed' || (shape.kind === 'object' && Array.from(shape.members.values()).some(holdsJson))
}

/** Whether a part has values of several kinds in `after`, which covers `before`, and values of one kind in `before`. */
export function mixesMore(before: Shape, after: Shape): boolean {
  if (after.kind === 'mixed') return before.kind !== 'mixed' && before.kind !== 'none'
  if (before.kind === 'list' && after.kind === 'list') return mixesMore(before.item, after.item)
  if (before.kind !== 'object' || after.kind !== 'object') return false
  return Array.from(after.members).some(([name, member]) => mixesMore(before.members.get(name) ?? none, member))
}

function lesser(one: bigint, other: bigint): bigint {
  if (one < other) return one
  return other
}

/** Whether a floating-point number of 64 bits holds all the whole numbers too. */
function isDoubleWith(one: Shape, other: Shape): boolean {
  if (one.kind !== 'double' || other.kind !== 'integer') return false
  const safe = BigInt(Number.MAX_SAFE_INTEGER)
  return other.least >= -safe && other.most <= safe
}
