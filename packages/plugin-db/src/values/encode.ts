import type { Client } from '../connection/connection-settings.js'
import { jsonText } from './json-text.js'
import { parseDate } from './parse-date.js'
import { Unfit } from './unfit.js'
import type { ColumnKind, ValueKind } from './value-kind.js'

/** What all three drivers take as a value. */
export type Binding = string | number | bigint | Buffer | null

/** Makes what the driver takes from a value of a row that is not null. @throws Unfit for what the column cannot hold */
export type Encode = (value: unknown) => Binding

/** How values for a column are encoded. PostgreSQL gets text for everything. */
export function encoderOf(client: Client, { kind, list }: ColumnKind): Encode {
  const encode = scalar(client, kind)
  if (list !== true) return encode
  return (value) => {
    if (!Array.isArray(value) && !(value instanceof Float32Array)) throw new Unfit(value, 'is no list')
    return arrayText(Array.from(value), encode)
  }
}

function scalar(client: Client, kind: ValueKind): Encode {
  switch (kind) {
    case 'text':
      return (value) => toText(value, client)
    case 'integer':
    case 'bigint':
      return client === 'sqlite' ? toSqliteInteger : (value) => String(toInteger(value))
    case 'bits':
      return toBits
    case 'number':
      return client === 'postgres' ? (value) => String(toNumber(value)) : (value) => finite(toNumber(value), client)
    case 'decimal':
      return client === 'sqlite' ? (value) => finite(toNumber(value), client) : toDecimal
    case 'boolean':
      return client === 'postgres' ? (value) => (toBoolean(value) ? 't' : 'f') : (value) => (toBoolean(value) ? 1 : 0)
    case 'timestamp':
      return (value) => toTime(value, client, true)
    case 'local':
      return (value) => toTime(value, client, client === 'sqlite')
    case 'day':
      return toDay
    case 'bytes':
      return client === 'postgres' ? (value) => `\\x${toBuffer(value).toString('hex')}` : toBuffer
    case 'json':
      return (value) => inText(jsonText(value), client)
    case 'vector':
      return (value) => toVector(value, client)
    case 'other':
      return (value) => toNatural(value, client)
  }
}

/** Text that the database gives back as it was. @throws Unfit */
function inText(text: string, client: Client): string {
  if (!text.isWellFormed()) throw new Unfit(text, 'holds half a character (a lone surrogate)')
  if (client !== 'mysql' && text.includes('\0'))
    throw new Unfit(text, 'holds a NUL character, which the database cannot')
  return text
}

function toText(value: unknown, client: Client): string {
  switch (typeof value) {
    case 'string':
      return inText(value, client)
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
      throw new Unfit(value, 'is no text')
  }
}

function toInteger(value: unknown): bigint | number {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return value as bigint | number
  if (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)) return BigInt(value.trim().replace(/^\+/, ''))
  throw new Unfit(value, 'is no whole number')
}

/** MySQL takes bits as bytes; text would be taken for the bytes of its characters. */
function toBits(value: unknown): Buffer {
  const bits = BigInt(toInteger(value))
  if (bits < 0n) throw new Unfit(value, 'is out of range')
  const digits = bits.toString(16)
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
}

/** SQLite's integers have 64 bits; a larger one would become another number. */
function toSqliteInteger(value: unknown): bigint {
  const integer = BigInt(toInteger(value))
  if (BigInt.asIntN(64, integer) !== integer) throw new Unfit(value, 'is out of range')
  return integer
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint' && BigInt(Number(value)) === value) return Number(value)
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value)
  throw new Unfit(value, 'is no number')
}

function finite(value: number, client: Client): number {
  // SQLite takes infinities, and makes NaN null; MySQL takes neither.
  if (Number.isNaN(value) || (client === 'mysql' && !Number.isFinite(value)))
    throw new Unfit(value, 'is a number that the database cannot hold')
  return value
}

function toDecimal(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return value.trim()
  throw new Unfit(value, 'is no number')
}

function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === 1n || value === 'true') return true
  if (value === 0 || value === 0n || value === 'false') return false
  throw new Unfit(value, 'is neither true nor false')
}

/** The years 1 to 9999. */
const firstTime = Date.parse('0001-01-01T00:00:00Z')
const lastTime = Date.parse('9999-12-31T23:59:59.999Z')

function toDate(value: unknown): Date {
  const date = typeof value === 'string' ? parseDate(value) : value
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) throw new Unfit(value, 'is no date')
  const time = date.getTime()
  if (time < firstTime || time > lastTime) throw new Unfit(value, 'is a date beyond the years 1 to 9999')
  return date
}

/** Text of a time in UTC. @param zoned Whether it says so */
function toTime(value: unknown, client: Client, zoned: boolean): string {
  const text = isoText(toDate(value))
  if (client === 'mysql') return `${text.slice(0, 10)} ${text.slice(11, -1)}`
  return zoned ? text : text.slice(0, -1)
}

const dayLength = 86_400_000
let lastDay = Number.NaN
let lastDayText = ''

/** What `toISOString` gives: a table may have millions of times, and most stand near to each other. */
function isoText(date: Date): string {
  const time = date.getTime()
  const day = Math.floor(time / dayLength)
  if (day !== lastDay) {
    lastDay = day
    lastDayText = date.toISOString().slice(0, 11)
  }
  const rest = time - day * dayLength
  const second = Math.floor(rest / 1000)
  const minute = Math.floor(second / 60)
  return `${lastDayText}${two(Math.floor(minute / 60))}:${two(minute % 60)}:${two(second % 60)}.${String(rest % 1000).padStart(3, '0')}Z`
}

const two = (number: number): string => (number < 10 ? `0${number}` : `${number}`)

function toDay(value: unknown): string {
  const text = toDate(value).toISOString()
  if (!text.endsWith('T00:00:00.000Z')) throw new Unfit(value, 'has a time of day, and the column holds days')
  return text.slice(0, 10)
}

function toBuffer(value: unknown): Buffer {
  if (!(value instanceof Uint8Array) && !(value instanceof Float32Array)) throw new Unfit(value, 'holds no bytes')
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

function toVector(value: unknown, client: Client): Binding {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'number')
  if (!isList && !(value instanceof Float32Array)) throw new Unfit(value, 'is no vector')
  const vector = Float32Array.from(value as ArrayLike<number>)
  return client === 'postgres' ? `[${vector.join(',')}]` : Buffer.from(vector.buffer)
}

/** A value for a column of a type that is not in the table: each as it would be in a column of its own. */
function toNatural(value: unknown, client: Client): Binding {
  if (value instanceof Uint8Array) return scalar(client, 'bytes')(value)
  if (value instanceof Float32Array) return scalar(client, 'vector')(value)
  if (typeof value === 'number') return scalar(client, 'number')(value)
  if (typeof value === 'bigint') return scalar(client, 'bigint')(value)
  if (typeof value === 'boolean') return scalar(client, 'boolean')(value)
  if (value instanceof Date) return scalar(client, 'timestamp')(value)
  if (typeof value === 'object') return scalar(client, 'json')(value)
  return toText(value, client)
}

function arrayText(items: readonly unknown[], encode: Encode): string {
  const texts = items.map((item) => {
    if (item === null || item === undefined) return 'NULL'
    if (Array.isArray(item)) return arrayText(item, encode)
    return `"${String(encode(item)).replaceAll(/["\\]/g, '\\$&')}"`
  })
  return `{${texts.join(',')}}`
}
