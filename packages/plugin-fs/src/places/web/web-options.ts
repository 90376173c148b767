import { byteSize, fromEnvironment } from '@maestro-dataflow/core'
import { z } from 'zod'

/** How web addresses are read. */
export const webOptions = z.object({
  /** Headers for the host of the address; redirects to other hosts do not receive them. */
  headers: z.record(z.string(), fromEnvironment(z.string())).optional(),
  /** The largest file that is read. @default '10GB' */
  maxSize: byteSize().optional(),
})

export type WebOptions = z.output<typeof webOptions>
