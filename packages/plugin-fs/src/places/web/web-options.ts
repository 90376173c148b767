import { byteSize, type EnvironmentValue } from '@maestro-dataflow/core'
import { z } from 'zod'

const headers = z.record(z.string(), z.string()) as z.ZodType<
  Readonly<Record<string, string>>,
  Readonly<Record<string, string | EnvironmentValue>>
>

/** How web addresses are read. */
export const webOptions = z.object({
  /** Headers for the host of the address; redirects to other hosts do not receive them. */
  headers: headers.optional(),
  /** The largest file that is read. @default '10GB' */
  maxSize: byteSize().optional(),
})

export type WebOptions = z.output<typeof webOptions>
