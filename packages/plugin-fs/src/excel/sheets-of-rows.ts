import type { Row } from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import { readSpool } from '../spooled/read-spool.js'

/** The rows that one sheet holds. */
export interface SheetPart {
  readonly name: string
  has(row: Row): boolean
  /** The positions of its rows among those that it may have. */
  readonly range: readonly [first: number, end: number]
}

/** The rows of a sheet below its header, and the most sheets. */
const [mostRows, mostSheets] = [1_048_575, 200]
const longestName = 31

/** The form of a name that a workbook accepts. */
export const sheetName = /^[^\\/?*[\]:']{1,31}$/

/** Whether a value can name a sheet, or is missing. */
export function isSheetName(value: unknown): boolean {
  if (value === null || value === undefined) return true
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value) && sheetName.test(String(value))
}

/** The sheets of rows, in the order of their first rows. Rows that exceed one sheet go on in another one. */
export async function sheetsOf(
  spool: string,
  rest: string,
  sheetBy: string | undefined,
): Promise<readonly SheetPart[]> {
  // Names that differ in their capitals alone are one name for a workbook.
  const nameOf = (row: Row) => {
    const value = sheetBy === undefined || !Object.hasOwn(row, sheetBy) ? undefined : row[sheetBy]
    return value === null || value === undefined ? rest : String(value)
  }
  const counts = new Map<string, { readonly name: string; count: number }>()
  for await (const rows of readSpool(spool, 1024))
    for (const row of rows) {
      const name = nameOf(row)
      const known = counts.get(name.toLowerCase())
      if (known !== undefined) known.count++
      else counts.set(name.toLowerCase(), { name, count: 1 })
    }
  if (counts.size === 0) counts.set(rest.toLowerCase(), { name: rest, count: 0 })
  const parts = Array.from(counts, ([id, { name, count }]) => {
    const has = (row: Row) => sheetBy === undefined || nameOf(row).toLowerCase() === id
    return Array.from({ length: Math.max(1, Math.ceil(count / mostRows)) }, (_, index): SheetPart => {
      const title = index === 0 ? name : `${name.slice(0, longestName - 5)} ${index + 1}`
      return { name: title, has, range: [index * mostRows, (index + 1) * mostRows] }
    })
  }).flat()
  if (parts.length > mostSheets) throw fsError('MAESTRO_FS_EXCEL_SIZE', { what: `${parts.length} sheets` })
  return parts
}
