import type { RowId } from '../../contracts/row.js'
import type { SampledRow } from './row-samples.js'

/** Values that fall together, with the rows that have them. */
export interface ProfileBin {
  /** The value, or the range of numbers. */
  readonly label: string
  readonly rows: readonly RowId[]
}

/** What the values of a column look like. */
export interface ColumnProfile {
  readonly column: string
  /** The kinds of values: `number`, `string`, `boolean`, `object`. */
  readonly types: readonly string[]
  readonly empty: number
  readonly distinct: number
  readonly least: string | undefined
  readonly greatest: string | undefined
  /** The mean of numbers, or the mean length of texts. */
  readonly mean: number | undefined
  /** Numbers and lengths of texts by range; few different values each for itself. */
  readonly bins: readonly ProfileBin[]
  /** What the bins count. */
  readonly binsOf: 'values' | 'numbers' | 'lengths'
}

/** Up to this number of different values, each has a bin. */
const fewValues = 12
const ranges = 10

/** Describes the columns of rows. */
export function profileOf(rows: readonly SampledRow[]): readonly ColumnProfile[] {
  const columns = new Set(rows.flatMap(({ row }) => Object.keys(row)))
  return [...columns].map((column) => profileColumn(column, rows))
}

function profileColumn(column: string, rows: readonly SampledRow[]): ColumnProfile {
  const filled = rows.flatMap(({ id, row }) => {
    const value = Object.hasOwn(row, column) ? row[column] : undefined
    return value === undefined || value === null || value === '' ? [] : [{ id, value }]
  })
  const byText = new Map<string, RowId[]>()
  for (const { id, value } of filled) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const ids = byText.get(text)
    if (ids === undefined) byText.set(text, [id])
    else ids.push(id)
  }
  const isNumeric = filled.length > 0 && filled.every(({ value }) => typeof value === 'number')
  const measured = filled.map(({ id, value }) => ({ id, size: isNumeric ? Number(value) : [...String(value)].length }))
  const sizes = measured.map(({ size }) => size)
  const isFew = byText.size <= fewValues
  const sum = sizes.reduce((total, size) => total + size, 0)
  const texts = [...byText.keys()].sort()
  return {
    column,
    types: [...new Set(filled.map(({ value }) => typeof value))],
    empty: rows.length - filled.length,
    distinct: byText.size,
    least: isNumeric ? rounded(Math.min(...sizes)) : texts[0],
    greatest: isNumeric ? rounded(Math.max(...sizes)) : texts.at(-1),
    mean: sizes.length === 0 ? undefined : sum / sizes.length,
    bins: isFew
      ? [...byText].sort(([, a], [, b]) => b.length - a.length).map(([label, ids]) => ({ label, rows: ids }))
      : rangesOf(measured),
    binsOf: isFew ? 'values' : isNumeric ? 'numbers' : 'lengths',
  }
}

function rangesOf(measured: readonly { readonly id: RowId; readonly size: number }[]): readonly ProfileBin[] {
  const least = Math.min(...measured.map(({ size }) => size))
  const greatest = Math.max(...measured.map(({ size }) => size))
  const width = (greatest - least) / ranges || 1
  const bins: { readonly from: number; readonly ids: RowId[] }[] = Array.from({ length: ranges }, (_, index) => ({
    from: least + index * width,
    ids: [],
  }))
  for (const { id, size } of measured) bins[Math.min(ranges - 1, Math.floor((size - least) / width))]?.ids.push(id)
  return bins.map(({ from, ids }) => ({ label: `${rounded(from)} to ${rounded(from + width)}`, rows: ids }))
}

const rounded = (value: number): string => String(Number(value.toPrecision(6)))
