import { parseJson } from '@maestro-dataflow/core'
import { bytesOf, type Decode, dateOf, vectorOf } from '../../values/decode.js'
import type { ColumnKind, ValueKind } from '../../values/value-kind.js'

const decoders: Partial<Record<ValueKind, Decode>> = {
  bigint: (raw) => BigInt(raw as string | number),
  number: Number,
  // TINYINT(1) is what MySQL has for booleans; other small numbers in it stay what they are.
  boolean: (raw) => (raw === 1 ? true : raw === 0 ? false : raw),
  bits: (raw) => BigInt(`0x${(raw as Buffer).toString('hex')}`),
  timestamp: dateOf,
  local: dateOf,
  day: dateOf,
  bytes: (raw) => bytesOf(raw as Buffer),
  json: (raw) => parseJson(raw as string),
  vector: (raw) => vectorOf(raw as Buffer),
  other: (raw) => (Buffer.isBuffer(raw) ? bytesOf(raw) : raw),
}

export const decoderOf = ({ kind }: ColumnKind): Decode | undefined => decoders[kind]
