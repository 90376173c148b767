import { duration } from '@maestro-dataflow/core/options'
import { z } from 'zod'
import { type ConnectionParts, connectionParts } from './connection-parts.js'
import { parseAddress } from './parse-address.js'

/** An address or its parts. What is wrong with an address is said without showing it: a password may be in it. */
const connection = z.union([
  z.string().transform((address, context): ConnectionParts => {
    const parsed = parseAddress(address)
    if (typeof parsed !== 'string') return parsed
    context.addIssue({ code: 'custom', message: parsed })
    return z.NEVER
  }),
  connectionParts,
])

/** The options of a connection, which every source and sink of databases has. */
export const connectionOptions = {
  connection,
  pool: z.strictObject({ max: z.number().int().min(1).max(1000).optional() }).optional(),
  timeouts: z
    .strictObject({
      connect: duration().optional(),
      lock: duration().optional(),
      statement: duration().optional(),
    })
    .optional(),
  retries: z.number().int().min(0).max(100).optional(),
}

const connectionSchema = z.object(connectionOptions)

export type ConnectionOptions = z.infer<typeof connectionSchema>
