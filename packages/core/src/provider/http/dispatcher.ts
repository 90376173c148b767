import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import { proxyOf } from './proxy-of.js'

/** The time-out for a connection, in milliseconds. An answer may take as long as the signal allows. */
const connectTimeout = 10_000

/** The connection pools of this process, by proxy. */
const pools = new Map<string | undefined, Promise<Dispatcher>>()

/** The connection pool for an address. The environment, which may name a proxy, is read at each request. */
export function dispatcherFor(address: URL): Promise<Dispatcher> {
  const proxy = proxyOf(address)
  let pool = pools.get(proxy)
  if (pool === undefined) {
    pool = createPool(proxy)
    pools.set(proxy, pool)
  }
  return pool
}

let publicPool: Promise<Dispatcher> | undefined

/** The connection pool that refuses private addresses. It uses no proxy, which would look up the names itself. */
export function publicDispatcher(): Promise<Dispatcher> {
  publicPool ??= import('../../media/private-addresses.js').then(({ openLookup }) => createPool(undefined, openLookup))
  return publicPool
}

async function createPool(proxy: string | undefined, lookup?: LookupFunction): Promise<Dispatcher> {
  // undici makes itself the dispatcher of the global `fetch` unless one exists. `fetch` sets its own when it is first
  // used.
  void new Headers()
  const { Agent, ProxyAgent } = await import('undici')
  // Without undici's limits of five minutes for the head of an answer and for the time between two pieces of its body.
  const connect = { timeout: connectTimeout, ...(lookup === undefined ? {} : { lookup }) }
  const settings = { headersTimeout: 0, bodyTimeout: 0, connect }
  return proxy === undefined ? new Agent(settings) : new ProxyAgent({ ...settings, uri: proxy })
}
