import { type Columns, parseJson } from '@maestro-dataflow/core'
import type { TableColumn } from '../tables/table-description.js'
import type { Encode } from '../values/encode.js'
import { Unfit } from '../values/unfit.js'

/**
 * How texts come into a column of JSON. A text of a file that says an object or a list may be meant as that or as a text:
 * one is not made of the other silently. Where the plan knows that the values are JSON, a text is a text; where the sink
 * declares the column as JSON, a text is what it says.
 *
 * @param types What the plan knows of the rows.
 * @param declared The types that the options of the sink name.
 */
export function jsonEncoder(
  { name, kind, list }: TableColumn,
  encode: Encode,
  types: Columns,
  declared: Columns,
): Encode {
  if (kind !== 'json' || list === true) return encode
  if (typeIn(declared, name) === 'json') return (value) => encode(typeof value === 'string' ? said(value) : value)
  if (typeIn(types, name) === 'json') return encode
  return (value) => {
    if (typeof value === 'string' && isStructure(value))
      throw new Unfit(
        value,
        "is a text of JSON; declare the column as 'json' in the `columns` of the sink, or parse it in a step before",
      )
    return encode(value)
  }
}

function typeIn(columns: Columns, name: string): string | undefined {
  return Object.hasOwn(columns, name) ? columns[name] : undefined
}

function said(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new Unfit(text, 'is no JSON')
  }
}

function isStructure(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    parseJson(text)
    return true
  } catch {
    return false
  }
}
