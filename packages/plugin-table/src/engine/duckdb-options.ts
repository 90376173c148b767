import { z } from 'zod'

const positive = z.number().int().positive()

/** Options of `table.duckdb`. */
export const duckdbOptions = z.strictObject({
  /** @default the number of cores */
  threads: positive.optional(),
  /** @default four fifths of the memory */
  memoryMegabytes: positive.optional(),
})

export type DuckDBEngineOptions = z.input<typeof duckdbOptions>
