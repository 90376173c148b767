// The servers of a queue: those that are installed, each with a way to start it. CI has all of them.
import { startPostgres } from '../../test/servers/postgres.ts'
import { startRedis } from '../../test/servers/redis.ts'

const starts = {
  redis: { start: startRedis, urlOf: ({ host, port }) => `redis://${host}:${port}` },
  postgres: {
    start: startPostgres,
    urlOf: ({ host, port, user, password, database }) => `postgres://${user}:${password}@${host}:${port}/${database}`,
  },
}

/** Starts a server for the work and stops it after it. @returns undefined where the server is not installed */
export async function withBackend(name, work) {
  const { start, urlOf } = starts[name]
  const server = await start()
  if (server === undefined) {
    if (process.env.CI === 'true') throw new Error(`${name} is not installed: run .ci/install-databases`)
    console.error(`${name} is not installed, so nothing is measured on it`)
    return undefined
  }
  try {
    return await work(urlOf(server.address))
  } finally {
    await server.stop()
  }
}

/** The figures of both servers, under names that begin with theirs. */
export async function onEachBackend(work) {
  const figures = {}
  for (const name of Object.keys(starts)) {
    const found = await withBackend(name, work)
    for (const [key, figure] of Object.entries(found ?? {})) figures[`${name}_${key}`] = figure
  }
  return figures
}
