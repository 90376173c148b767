import { z } from 'zod'

/** Where a server is, and the name under which this project keeps its data there. */
export const serverOptions = z.strictObject({
  /** The address of a Redis (or Valkey) or PostgreSQL server: `redis://`, `rediss://`, or `postgres://`. */
  url: z.url({
    protocol: /^(rediss?|postgres(ql)?)$/,
    error: 'an address is expected that begins with redis://, rediss://, or postgres://',
  }),
  /**
   * Data under one name is shared; projects under different names do not see each other. On PostgreSQL it is the name of a
   * schema. @default 'maestro'
   */
  namespace: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,40}$/, 'a name has up to 41 lower-case letters, digits, and underscores, a letter first')
    .default('maestro'),
})

/** How a Redis server is reached. */
export type ServerOptionsInput = z.input<typeof serverOptions>
export type ServerOptions = z.output<typeof serverOptions>

/** Whether the address is that of a PostgreSQL server. */
export function isPostgres({ url }: ServerOptions): boolean {
  return url.startsWith('postgres')
}
