import { bigintOf, bytesOf, type Decode, dateOf, jsonOf } from '../../values/decode.js'
import type { ColumnKind, ValueKind } from '../../values/value-kind.js'
import { decimalOfAmount } from './money.js'
import { parseArray } from './parse-array.js'

/** PostgreSQL returns text for everything. */
const decoders: Partial<Record<ValueKind, Decode>> = {
  integer: Number,
  number: Number,
  bigint: bigintOf,
  boolean: (raw) => raw === 't',
  timestamp: dateOf,
  local: dateOf,
  day: dateOf,
  bytes: (raw) => bytesOf(Buffer.from((raw as string).slice(2), 'hex')),
  json: jsonOf,
  vector: (raw) => Float32Array.from(JSON.parse(raw as string) as number[]),
}

/**
 * PostgreSQL pads the texts of a `char(n)` with blanks. Texts that end with a blank are refused when they are written.
 */
const withoutBlanks: Decode = (raw) => (raw as string).replace(/ +$/, '')

export function decoderOf({ kind, list, limits }: ColumnKind): Decode | undefined {
  const amounts = limits?.amounts
  const decode =
    amounts !== undefined
      ? (raw: unknown) => decimalOfAmount(raw as string, amounts)
      : limits?.trims === true
        ? withoutBlanks
        : decoders[kind]
  return list === true ? (raw) => parseArray(raw as string, decode) : decode
}
