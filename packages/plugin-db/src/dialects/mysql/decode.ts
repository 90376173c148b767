import { bigintOf, bytesOf, type Decode, dateOf, jsonOf, vectorOf } from '../../values/decode.js'
import { shortSingle } from '../../values/limits.js'
import type { ColumnKind, ValueKind } from '../../values/value-kind.js'
import { mostScale } from './kinds.js'

const decoders: Partial<Record<ValueKind, Decode>> = {
  bigint: bigintOf,
  number: Number,
  // TINYINT(1) is MySQL's boolean; other small numbers in it stay numbers.
  boolean: (raw) => (raw === 1 ? true : raw === 0 ? false : raw),
  bits: (raw) => BigInt(`0x${(raw as Buffer).toString('hex')}`),
  timestamp: dateOf,
  local: dateOf,
  day: dateOf,
  bytes: (raw) => bytesOf(raw as Buffer),
  json: jsonOf,
  vector: (raw) => vectorOf(raw as Buffer),
  other,
}

export function decoderOf({ kind, limits }: ColumnKind): Decode | undefined {
  if (limits?.single === true) return (raw) => shortSingle(Number(raw))
  return kind === 'decimal' && limits?.scale === mostScale ? withoutZeros : decoders[kind]
}

/** A column with as many digits as possible after the point says nothing about the digits that its values have. */
const withoutZeros: Decode = (raw) => String(raw).replace(/\.?0+$/, '')

/** The number of trailing zeros of a time depends on how the server was asked. */
function other(raw: unknown): unknown {
  if (typeof raw === 'string')
    return raw.replace(/^(-?\d+:\d\d:\d\d)\.(\d*?)0+$/, (_, time, digits) =>
      digits === '' ? time : `${time}.${digits}`,
    )
  return Buffer.isBuffer(raw) ? bytesOf(raw) : raw
}
