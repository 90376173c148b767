import { duration } from '@maestro-dataflow/core/options'
import { z } from 'zod'
import { dialects } from '../dialects/dialects.js'
import { type ConnectionParts, parseAddress } from './parse-address.js'

const text = z.string().min(1)

const ssl = z.union([
  z.boolean(),
  z.strictObject({
    ca: z.string().optional(),
    cert: z.string().optional(),
    key: z.string().optional(),
    passphrase: z.string().optional(),
    rejectUnauthorized: z.boolean().optional(),
  }),
])

const server = {
  host: text.optional(),
  port: z.number().int().min(1).max(65535).optional(),
  user: text.optional(),
  password: z.string().optional(),
  database: text.optional(),
  ssl: ssl.optional(),
}

const clientsOf = (reachedBy: 'path' | 'server') =>
  z.enum(dialects.filter((dialect) => dialect.reachedBy === reachedBy).flatMap(({ clients }) => clients))

const parts = z.discriminatedUnion('client', [
  z.strictObject({ client: clientsOf('path'), path: text }),
  z.strictObject({ client: clientsOf('server'), ...server }),
])

/** An address or its parts. What is wrong with an address is said without showing it: a password may be in it. */
const connection = z.union([
  z.string().transform((address, context): ConnectionParts => {
    const parsed = parseAddress(address)
    if (typeof parsed !== 'string') return parsed
    context.addIssue({ code: 'custom', message: parsed })
    return z.NEVER
  }),
  parts,
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
