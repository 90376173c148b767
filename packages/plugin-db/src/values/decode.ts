import { parseJson } from '@maestro-dataflow/core'
import type { Client } from '../connection/connection-settings.js'
import { parseArray } from './parse-array.js'
import { parseDate } from './parse-date.js'
import { Unfit } from './unfit.js'
import type { ColumnKind, ValueKind } from './value-kind.js'

/** Makes a value of a row from what the driver gives; never gets null. @throws Unfit for what a row cannot hold */
export type Decode = (raw: unknown) => unknown

/** How values of a column are decoded; undefined when they come as they should be. */
export function decoderOf(client: Client, { kind, list }: ColumnKind): Decode | undefined {
  if (client === 'sqlite') return (raw) => fromSqlite(raw, kind)
  const decode = (client === 'postgres' ? postgres : mysql)[kind]
  if (list !== true) return decode
  return (raw) => parseArray(raw as string, decode)
}

const toBytes = (buffer: Buffer): Uint8Array => new Uint8Array(buffer)

/** PostgreSQL gives text for everything. */
const postgres: Partial<Record<ValueKind, Decode>> = {
  integer: Number,
  number: Number,
  bigint: (raw) => BigInt(raw as string),
  boolean: (raw) => raw === 't',
  timestamp: dateOf,
  local: dateOf,
  day: dateOf,
  bytes: (raw) => toBytes(Buffer.from((raw as string).slice(2), 'hex')),
  json: (raw) => parseJson(raw as string),
  vector: (raw) => Float32Array.from(JSON.parse(raw as string) as number[]),
}

const mysql: Partial<Record<ValueKind, Decode>> = {
  bigint: (raw) => BigInt(raw as string | number),
  number: Number,
  // TINYINT(1) is what MySQL has for booleans; other small numbers in it stay what they are.
  boolean: (raw) => (raw === 1 ? true : raw === 0 ? false : raw),
  bits: (raw) => BigInt(`0x${(raw as Buffer).toString('hex')}`),
  timestamp: dateOf,
  local: dateOf,
  day: dateOf,
  bytes: (raw) => toBytes(raw as Buffer),
  json: (raw) => parseJson(raw as string),
  vector: (raw) => toVector(raw as Buffer),
  other: (raw) => (Buffer.isBuffer(raw) ? toBytes(raw) : raw),
}

function dateOf(raw: unknown): Date {
  const date = parseDate(raw as string)
  if (date === undefined) throw new Unfit(raw, 'is a date that no row can hold')
  return date
}

function toVector(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer)
}

/** In SQLite each value has a type of its own, and that of its column is a hint: what does not follow it stays as it is. */
function fromSqlite(raw: unknown, kind: ValueKind): unknown {
  if (typeof raw === 'bigint') {
    if (kind === 'boolean' && (raw === 0n || raw === 1n)) return raw === 1n
    if (kind === 'bigint') return raw
    const number = Number(raw)
    return Number.isSafeInteger(number) ? number : raw
  }
  if (typeof raw === 'string') {
    if (kind === 'timestamp' || kind === 'day' || kind === 'local') return parseDate(raw) ?? raw
    if (kind !== 'json') return raw
    try {
      return parseJson(raw)
    } catch {
      return raw
    }
  }
  if (!Buffer.isBuffer(raw)) return raw
  return kind === 'vector' && raw.byteLength % 4 === 0 ? toVector(raw) : toBytes(raw)
}
