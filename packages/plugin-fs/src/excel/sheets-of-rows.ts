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
/** The longest name in code units. */
const longestName = 31

/** The form of a name that a workbook accepts, up to its length. No apostrophe is at its ends, and Excel keeps "History" for itself. */
const sheetName = /^(?!history$|')[^\\/?*[\]:\p{Cc}]+(?<!')$/iu

/** Whether a value can name a sheet, or is missing. */
export function isSheetName(value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (!['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return false
  const name = String(value)
  return name.length <= longestName && sheetName.test(name)
}

/**
 * The sheets of rows, in the order of their first rows. Rows that exceed one sheet go on in another one.
 *
 * @param most The most rows of a sheet.
 */
export async function sheetsOf(
  spool: string,
  rest: string,
  sheetBy: string | undefined,
  most = mostRows,
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
  const taken = new Set(counts.keys())
  const parts = Array.from(counts, ([id, { name, count }]) => {
    const has = (row: Row) => sheetBy === undefined || nameOf(row).toLowerCase() === id
    return Array.from({ length: Math.max(1, Math.ceil(count / most)) }, (_, index): SheetPart => {
      const title = index === 0 ? name : furtherName(name, index + 1, taken)
      return { name: title, has, range: [index * most, (index + 1) * most] }
    })
  }).flat()
  if (parts.length > mostSheets) throw fsError('MAESTRO_FS_EXCEL_SIZE', { what: `${parts.length} sheets` })
  return parts
}

/** A name for the sheet that goes on with the rows of another one, which no sheet has yet. */
function furtherName(name: string, number: number, taken: Set<string>): string {
  for (let next = number; ; next++) {
    const ending = ` ${next}`
    // Half a character would be another name when it is read.
    const title = `${name.slice(0, longestName - ending.length).replace(/[\ud800-\udbff]$/, '')}${ending}`
    if (taken.has(title.toLowerCase())) continue
    taken.add(title.toLowerCase())
    return title
  }
}
