import { printable } from '@maestro-dataflow/core'
import { toJsonText } from './json.js'
import { cutText } from './text-width.js'

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** A value of a row on one line, safe to print. Texts are quoted, so that "1" and 1 differ. */
export function formatValue(value: unknown, width: number): string {
  return cutText(printable(valueText(value, width)), width)
}

/** A name, such as that of a column or a row's id, without characters that a terminal would interpret. */
export function formatName(name: string): string {
  const plain = name !== '' && name.trim() === name && !unprintable.test(name)
  return plain ? name : printable(JSON.stringify(name))
}

function valueText(value: unknown, width: number): string {
  if (value === undefined) return 'undefined'
  // A long text is cut before it is quoted, because a cell may hold megabytes.
  if (typeof value === 'string') return JSON.stringify(value.slice(0, width * 16))
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Float32Array)
    return `vector of ${value.length}: ${[...value.slice(0, 4)].map(short).join(' ')} …`
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  return toJsonText(value)
}

const short = (number: number): string => String(Number(number.toPrecision(4)))
