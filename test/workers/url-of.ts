import type { StartedServer } from '../servers/database-server.ts'

/** The address of a Redis or PostgreSQL server, as the config names it. */
export const urlOf = ({ address: { host, port, user, password, database } }: StartedServer): string =>
  user === '' ? `redis://${host}:${port}` : `postgres://${user}:${password}@${host}:${port}/${database}`
