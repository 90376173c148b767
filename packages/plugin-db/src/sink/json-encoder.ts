import { type Columns, parseJson } from '@maestro-dataflow/core'
import type { TableColumn } from '../tables/table-description.js'
import type { Encode } from '../values/encode.js'
import { Unfit } from '../values/unfit.js'

/**
 * How texts are written to a JSON column. A text from a file that contains an object or a list may be meant as JSON or
 * as a text, and is not converted silently. If the plan knows that the values are JSON, a text is a text. If the sink
 * declares the column as JSON, a text is parsed.
 *
 * @param types What the plan knows about the rows.
 * @param declared The types in the options of the sink.
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
        "is a text of JSON; declare the column as 'json' in the `columns` of the sink, or parse it in an earlier step",
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
    throw new Unfit(text, 'is not JSON')
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
