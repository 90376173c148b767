import { randomUUID } from 'node:crypto'
import { parseJson } from '@maestro-dataflow/core'

/** Stands for a number that JSON lacks. No text in the data begins with it. */
const mark = randomUUID()

/** A text of JSON, or a number that JSON lacks but SQL writes. */
const textOrNumber = /"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)/g

/** The value of JSON that SQL wrote, which has NaN and the infinities. */
export function fromSqlJson(text: string): unknown {
  let isMarked = false
  const marked = text.replace(textOrNumber, (found) => {
    if (found.startsWith('"')) return found
    isMarked = true
    return `"${mark}${found}"`
  })
  const value = parseJson(marked)
  return isMarked ? withNumbers(value) : value
}

function withNumbers(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? Number(value.slice(mark.length)) : value
  if (Array.isArray(value)) return value.map(withNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withNumbers(member)]))
}
