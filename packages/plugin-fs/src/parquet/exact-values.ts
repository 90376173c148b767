import { unreadable } from '../unreadable.js'

/** A whole number: a number if it is safe, or else a big integer, as in JSON. */
export function toInteger(value: bigint | number): bigint | number {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** A decimal number as text with all its digits. */
export function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = digits.slice(digits.length - scale)
  return `${unscaled < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${fraction}`}`
}

/** The big-endian number in two's complement that Parquet stores for large decimals. */
export function bigintOf(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return BigInt.asIntN(bytes.length * 8, value)
}

/**
 * A time stamp in units of which `perSecond` make a second. A date holds milliseconds; a time stamp with finer digits is
 * text with all of them.
 */
export function timestampOf(count: bigint, perSecond: bigint): Date | string {
  const perMillisecond = perSecond / 1000n
  const rest = ((count % perMillisecond) + perMillisecond) % perMillisecond
  const date = new Date(Number((count - rest) / perMillisecond))
  if (Number.isNaN(date.getTime())) throw unreadable(`the time stamp ${count} is out of range`)
  if (rest === 0n) return date
  const digits = String(perMillisecond).length - 1
  return date.toISOString().replace('Z', `${String(rest).padStart(digits, '0').replace(/0+$/, '')}Z`)
}

/** The length of the time stamps that older programs write. */
export const int96Bytes = 12

/** The Julian day on which 1970 began. */
const firstDay = 2_440_588n
const dayNanoseconds = 86_400_000_000_000n

/** A time stamp of nanoseconds within a Julian day; both may be negative. */
export function int96Timestamp(bytes: Uint8Array): Date | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, int96Bytes)
  const days = BigInt(view.getInt32(8, true)) - firstDay
  return timestampOf(days * dayNanoseconds + view.getBigInt64(0, true), 1_000_000_000n)
}

/** A time of day as text. */
export function timeText(count: bigint, perSecond: bigint): string {
  const two = (value: bigint) => String(value).padStart(2, '0')
  const seconds = count / perSecond
  const fraction = String(count % perSecond).padStart(String(perSecond).length - 1, '0')
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':')
  return /^0*$/.test(fraction) ? clock : `${clock}.${fraction.replace(/0+$/, '')}`
}
