import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'

/** The time-out for a connection, in milliseconds. An answer may take as long as the signal allows. */
const connectTimeout = 10_000

const loopback = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** The connection pools of this process, by proxy. */
const pools = new Map<string | undefined, Promise<Dispatcher>>()

/**
 * The connection pool for an address. HTTP_PROXY, HTTPS_PROXY, and NO_PROXY, in upper or lower case, are read at each
 * request. A request to this machine never uses a proxy.
 */
export function dispatcherFor({ hostname, protocol }: URL): Promise<Dispatcher> {
  const proxy = loopback.test(hostname) || isExempt(hostname) ? undefined : proxyOf(protocol)
  let pool = pools.get(proxy)
  if (pool === undefined) {
    pool = createPool(proxy)
    pools.set(proxy, pool)
  }
  return pool
}

function proxyOf(protocol: string): string | undefined {
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY } = process.env
  const proxy = protocol === 'https:' ? https_proxy || HTTPS_PROXY : http_proxy || HTTP_PROXY
  if (!proxy) return undefined
  // Many systems name a proxy by its host and port alone.
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

/** Hosts in NO_PROXY in forms that undici does not know: IPv6 without brackets, and names with a dot at the end. */
function isExempt(hostname: string): boolean {
  const { no_proxy, NO_PROXY } = process.env
  const host = hostname.replace(/^\[|\]$/g, '')
  return (no_proxy ?? NO_PROXY ?? '').split(/[,\s]+/).some((entry) => entry.toLowerCase().replace(/\.$/, '') === host)
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
  const { Agent, EnvHttpProxyAgent } = await import('undici')
  // Without undici's limits of five minutes for the head of an answer and for the time between two pieces of its body.
  const connect = { timeout: connectTimeout, ...(lookup === undefined ? {} : { lookup }) }
  const settings = { headersTimeout: 0, bodyTimeout: 0, connect }
  // This dispatcher bypasses the proxy for the hosts in NO_PROXY.
  return proxy === undefined
    ? new Agent(settings)
    : new EnvHttpProxyAgent({ ...settings, httpProxy: proxy, httpsProxy: proxy })
}
