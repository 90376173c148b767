import type { AllRows, GlobalContext } from '@maestro-dataflow/core'

/** The profile of a column, derived from its values. */
export interface ColumnProfile {
  readonly column: string
  /** `string`, `number`, `integer`, `boolean`, `date`, `json`, or `mixed`; `empty` if all values are null. */
  readonly type: string
  readonly rows: number
  readonly nulls: number
  /** The number of distinct values, up to the counting limit. */
  readonly distinct: number
  /** The most frequent values as texts, with their counts. */
  readonly values: readonly { readonly value: string; readonly count: number }[]
  readonly min?: number
  readonly max?: number
}

/** The maximum number of distinct values of a column that are counted. */
const mostValues = 10_000
const longestValue = 200

interface Counting {
  rows: number
  nulls: number
  min: number
  max: number
  readonly types: Set<string>
  readonly values: Map<string, number>
}

/** Profiles the columns of a table in one pass. */
export async function profileColumns(
  all: AllRows,
  shown: number,
  { signal }: Pick<GlobalContext, 'signal'>,
): Promise<readonly ColumnProfile[]> {
  const columns = new Map<string, Counting>()
  let rows = 0
  for await (const batch of all) {
    signal.throwIfAborted()
    for (const row of batch.rows) {
      rows++
      for (const [column, value] of Object.entries(row)) {
        const known = columns.get(column) ?? begin()
        columns.set(column, known)
        count(known, value)
      }
    }
  }
  return [...columns].map(([column, counting]) => profileOf(column, counting, rows, shown))
}

function begin(): Counting {
  const [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return { rows: 0, nulls: 0, min, max, types: new Set(), values: new Map() }
}

function count(known: Counting, value: unknown): void {
  known.rows++
  if (value === null || value === undefined) {
    known.nulls++
    return
  }
  known.types.add(typeOf(value))
  if (typeof value === 'number') {
    known.min = Math.min(known.min, value)
    known.max = Math.max(known.max, value)
  }
  const text = textOf(value)
  if (known.values.has(text) || known.values.size < mostValues)
    known.values.set(text, (known.values.get(text) ?? 0) + 1)
}

function profileOf(
  column: string,
  { rows, nulls, min, max, types, values }: Counting,
  all: number,
  shown: number,
): ColumnProfile {
  const kinds = types.has('number') ? new Set([...types].filter((type) => type !== 'integer')) : types
  const [only, ...others] = kinds
  const frequent = [...values].sort(([, one], [, other]) => other - one).slice(0, shown)
  return {
    column,
    type: only === undefined ? 'empty' : others.length > 0 ? 'mixed' : only,
    rows: all,
    // A missing column counts as null, too.
    nulls: nulls + all - rows,
    distinct: values.size,
    values: frequent.map(([value, times]) => ({ value, count: times })),
    ...(min <= max ? { min, max } : {}),
  }
}

function typeOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'object') return value instanceof Date ? 'date' : 'json'
  return typeof value
}

function textOf(value: unknown): string {
  const text =
    typeof value === 'string'
      ? value
      : value instanceof Date
        ? value.toISOString()
        : (JSON.stringify(value) ?? String(value))
  return text.length > longestValue ? `${text.slice(0, longestValue)}...` : text
}
