import { Redis } from 'ioredis'

/** A connection that fails at once while the server is away, and comes back by itself. */
export function openRedis(url: string): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: true,
    maxRetriesPerRequest: 1,
    connectTimeout: 3000,
    commandTimeout: 5000,
    // The network may have lost the connection without a word: another one is made.
    socketTimeout: 5000,
    retryStrategy: (times) => Math.min(50 * 2 ** times, 2000),
  })
  // Each command reports its failure itself; without a listener, the first one would end the process.
  redis.on('error', () => undefined)
  return redis
}
