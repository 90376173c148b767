import { z } from 'zod'

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

/** The parts of an address, as options of their own. */
export const connectionParts = z.discriminatedUnion('client', [
  z.strictObject({ client: z.literal('sqlite'), path: text }),
  z.strictObject({ client: z.literal('postgres'), ...server }),
  z.strictObject({ client: z.literal('mysql'), ...server }),
  z.strictObject({ client: z.literal('mariadb'), ...server }),
])

export type ConnectionParts = z.infer<typeof connectionParts>
