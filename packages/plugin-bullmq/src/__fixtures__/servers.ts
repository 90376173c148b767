import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'

interface Address {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

declare module 'vitest' {
  interface ProvidedContext {
    redis: Address | undefined
    postgres: Address | undefined
  }
}

/** A server that the tests have started. */
export interface TestServer {
  readonly name: 'Redis' | 'PostgreSQL'
  readonly url: string
}

const redis = inject('redis')
const postgres = inject('postgres')

/** The servers that are installed. */
export const servers: readonly TestServer[] = [
  ...(redis === undefined ? [] : [{ name: 'Redis' as const, url: `redis://${redis.host}:${redis.port}` }]),
  ...(postgres === undefined
    ? []
    : [
        {
          name: 'PostgreSQL' as const,
          url: `postgres://${postgres.user}:${postgres.password}@${postgres.host}:${postgres.port}/${postgres.database}`,
        },
      ]),
]

/** A namespace that no other test uses. */
export const anyNamespace = (): string => `t${randomUUID().replaceAll('-', '').slice(0, 20)}`
