import { hasType, parseJson } from '@maestro-dataflow/core'
import { bytesOf, type Decode, jsonOf, vectorOf } from '../../values/decode.js'
import { parseDate } from '../../values/parse-date.js'
import { Unfit } from '../../values/unfit.js'
import type { ColumnKind, ValueKind } from '../../values/value-kind.js'

export function decoderOf({ kind, asText }: ColumnKind): Decode {
  return asText === true ? toDecimal : (raw) => decode(raw, kind)
}

/** @throws Unfit for a value that does not follow the type of its column */
function toDecimal(raw: unknown): unknown {
  if (!hasType(raw, 'decimal')) throw new Unfit(raw, 'is not a decimal number')
  return raw
}

/**
 * In SQLite, each value has its own type, and the type of its column is a hint. A value that does not follow the hint
 * stays unchanged.
 */
function decode(raw: unknown, kind: ValueKind): unknown {
  if (typeof raw === 'bigint') {
    if (kind === 'boolean' && (raw === 0n || raw === 1n)) return raw === 1n
    if (kind === 'bigint') return raw
    const number = Number(raw)
    return Number.isSafeInteger(number) ? number : raw
  }
  if (typeof raw === 'string') {
    if (kind === 'timestamp' || kind === 'day' || kind === 'local') return parseDate(raw) ?? raw
    if (kind !== 'json') return raw
    return isJson(raw) ? jsonOf(raw) : raw
  }
  if (!Buffer.isBuffer(raw)) return raw
  return kind === 'vector' && raw.byteLength % 4 === 0 ? vectorOf(raw) : bytesOf(raw)
}

function isJson(text: string): boolean {
  try {
    parseJson(text)
    return true
  } catch {
    return false
  }
}
