import { BlockList, isIP } from 'node:net'

/**
 * The proxy for an address, from HTTPS_PROXY, HTTP_PROXY, and ALL_PROXY, in upper or lower case. Undefined for this
 * machine and for the hosts in NO_PROXY.
 */
export function proxyOf({ hostname, port, protocol }: URL): string | undefined {
  if (loopback.test(hostname)) return undefined
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY } = process.env
  const own = protocol === 'https:' ? https_proxy || HTTPS_PROXY : http_proxy || HTTP_PROXY
  const proxy = own || all_proxy || ALL_PROXY
  if (!proxy || isExempt(hostname, port || (protocol === 'https:' ? '443' : '80'))) return undefined
  // Many systems name a proxy by its host and port alone, and `socks5h` is the SOCKS proxy that looks up names itself.
  return proxy.includes('://') ? proxy.replace(/^socks5h:/i, 'socks5:') : `http://${proxy}`
}

const loopback = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

function isExempt(hostname: string, port: string): boolean {
  const { no_proxy, NO_PROXY } = process.env
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const entries = (no_proxy ?? NO_PROXY ?? '').toLowerCase().split(/[,\s]+/)
  return entries.some((entry) => entry !== '' && (entry === '*' || matches(entry, host, port)))
}

/** An entry is a host, a domain, an address, or a range of addresses; a port may follow a name that has no colons. */
function matches(entry: string, host: string, port: string): boolean {
  const [, given, entryPort] = /^(\[[^\]]*\]|[^:]+):(\d+)$/.exec(entry) ?? []
  if (entryPort !== undefined && entryPort !== port) return false
  const name = (given ?? entry).replace(/^\[|\]$/g, '')
  if (name.includes('/')) return isInRange(name, host)
  const domain = name.replace(/^\*?\./, '').replace(/\.$/, '')
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`))
}

function isInRange(range: string, host: string): boolean {
  const [network = '', length] = range.split('/')
  const version = isIP(network)
  if (version === 0 || isIP(host) !== version) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  try {
    list.addSubnet(network, Number(length), family)
  } catch {
    return false
  }
  return list.check(host, family)
}
