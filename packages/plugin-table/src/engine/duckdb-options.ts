import { byteSize } from '@maestro-dataflow/core'
import { z } from 'zod'

/** Options of `table.duckdb`. */
export const duckdbOptions = z.strictObject({
  /** @default the number of cores */
  threads: z.number().int().positive().optional(),
  /** In bytes, or with a unit. @default four fifths of the memory */
  memory: byteSize().optional(),
})

/** Options of the engine, with sizes in bytes. */
export type DuckDBEngineOptions = z.output<typeof duckdbOptions>

/** Options of the engine in the config. */
export type DuckDBEngineConfig = z.input<typeof duckdbOptions>
