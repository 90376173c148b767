import { duration } from '@maestro-dataflow/core'
import { z } from 'zod'
import { parseAddress } from './parse-address.js'

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

const parts = z.discriminatedUnion('client', [
  z.strictObject({ client: z.literal('sqlite'), path: text }),
  z.strictObject({ client: z.literal('postgres'), ...server }),
  z.strictObject({ client: z.literal('mysql'), ...server }),
  z.strictObject({ client: z.literal('mariadb'), ...server }),
])

export type ConnectionParts = z.infer<typeof parts>

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
