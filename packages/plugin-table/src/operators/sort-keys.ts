import { column, type SortKey } from '@maestro-dataflow/core'
import { z } from 'zod'

const key = z.strictObject({
  column: column(),
  descending: z.boolean().optional(),
  nulls: z.enum(['first', 'last']).optional(),
})

/** An option with the columns to order by: one or several, each a name or `{ column, descending, nulls }`. */
export const sortKeysOption = () => z.union([column(), z.array(z.union([column(), key])).min(1)])

/** What such an option may hold. */
type SortKeysOption = z.output<ReturnType<typeof sortKeysOption>>

/** The keys with their defaults. */
export function sortKeys(by: SortKeysOption, descending = false): readonly SortKey[] {
  const keys = (typeof by === 'string' ? [by] : by).map((part) => (typeof part === 'string' ? { column: part } : part))
  return keys.map((part) => ({
    column: part.column,
    descending: part.descending ?? descending,
    nulls: part.nulls ?? 'last',
  }))
}
