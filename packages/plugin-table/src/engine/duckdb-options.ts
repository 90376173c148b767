import { byteSize } from '@maestro-dataflow/core'
import { z } from 'zod'

/** The options of `table.duckdb`. */
export const duckdbOptions = z.strictObject({
  /** @default the number of cores */
  threads: z.number().int().positive().optional(),
  /**
   * The maximum memory in bytes, or with a unit. @default what 800,000 rows of the input take, between 128 and 384
   * MiB, and four fifths of the machine's memory for aggregates, windows, and statements that cannot do with less
   */
  memory: byteSize().optional(),
})

/** The options of the engine, with sizes in bytes. */
export type DuckDBEngineOptions = z.output<typeof duckdbOptions>

/** The options of the engine, as they are written in the config. */
export type DuckDBEngineConfig = z.input<typeof duckdbOptions>
