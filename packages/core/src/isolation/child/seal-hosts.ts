import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'
import { getSystemErrorMap } from 'node:util'
import { HostRules } from './host-rules.js'
import { refusal, replace, take } from './take.js'

type Call = (this: unknown, ...call: unknown[]) => unknown
type Found = string | readonly { readonly address: string }[]

const apply = Reflect.apply
/** The number of the error EACCES, which a handle returns where the system refuses a connection. */
const accessDenied = [...getSystemErrorMap()].find(([, [name]]) => name === 'EACCES')?.[0] ?? -13

/**
 * Leaves this process connections to some hosts. Names are looked up for those alone, and a connection is made to the
 * addresses alone that such a look-up has found: the check sits at the handle of Node.js, below `net`, `tls`, `http`,
 * `http2`, and `fetch`. Nothing can listen or send datagrams, and names are looked up by the system alone, because a
 * question to a name server can carry data.
 */
export function sealHosts(hosts: readonly string[]): void {
  const rules = new HostRules(hosts)
  sealHandles(rules)
  replace(net.Socket.prototype, 'connect', (right) => {
    return function (this: unknown, ...call: unknown[]) {
      const { path, host, port } = targetOf(call)
      if (path !== undefined) throw refusal('use a socket that is a file')
      if (net.isIP(host) === 0 && !rules.allowsName(host, port)) throw refusal(`connect to ${host}:${port}`)
      if (net.isIP(host) !== 0 && !rules.allowsAddress(host, port)) throw refusal(`connect to ${host}:${port}`)
      return apply(right, this, call)
    }
  })
  take(net.Server.prototype, 'listen', 'listen on the network')
  take(net, '_createServerHandle', 'listen on the network')
  for (const name of ['createSocket', '_createSocketHandle']) take(dgram, name, 'send datagrams')
  for (const name of ['bind', 'connect', 'send', 'sendto']) take(dgram.Socket.prototype, name, 'send datagrams')
  sealNames(rules)
}

/** Every connection ends in one of these two methods, which receive an address. */
function sealHandles(rules: HostRules): void {
  const { _createServerHandle: createHandle } = net as unknown as {
    readonly _createServerHandle: (address: string, port: number, type: number) => { close(): void }
  }
  const handle = createHandle('127.0.0.1', 0, 4)
  const owner: object = Object.getPrototypeOf(handle)
  handle.close()
  for (const name of ['connect', 'connect6'])
    replace(owner, name, (right) => {
      return function (this: unknown, ...call: unknown[]) {
        const [request, address, port] = call
        // Primitive values cannot change between this check and the call.
        if (typeof address !== 'string' || typeof port !== 'number' || !rules.allowsAddress(address, port))
          return accessDenied
        return apply(right, this, [request, address, port])
      }
    })
  for (const name of ['bind', 'bind6', 'listen', 'open']) take(owner, name, 'listen on the network')
}

/** Look-ups of allowed names note what they find. */
function sealNames(rules: HostRules): void {
  const note = (name: string, found: Found | undefined) => {
    if (typeof found === 'string') return rules.found(name, found)
    for (let index = 0; index < (found?.length ?? 0); index++) rules.found(name, found?.[index]?.address ?? '')
  }
  const assertAllowed = (name: unknown): string => {
    if (typeof name === 'string' && (net.isIP(name) !== 0 || rules.allowsName(name))) return name
    throw refusal(`look up ${typeof name === 'string' ? name : 'a name'}`)
  }
  replace(dns, 'lookup', (right) => (name, options, callback) => {
    const allowed = assertAllowed(name)
    const done = (typeof options === 'function' ? options : callback) as Call
    if (typeof done !== 'function') return apply(right, dns, [allowed, options, callback])
    const heard = (error: unknown, found: Found | undefined, family: unknown) => {
      if (net.isIP(allowed) === 0) note(allowed, found)
      return done(error, found, family)
    }
    return apply(right, dns, typeof options === 'function' ? [allowed, heard] : [allowed, options, heard])
  })
  replace(dns.promises, 'lookup', (right) => async (name, options) => {
    const allowed = assertAllowed(name)
    const found = (await apply(right, dns.promises, [allowed, options])) as { readonly address: string } | Found
    if (net.isIP(allowed) === 0) note(allowed, typeof found === 'object' && 'address' in found ? found.address : found)
    return found
  })
  const places = new Set<object>()
  for (const owner of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
    for (let place: object = owner; place !== Object.prototype; place = Object.getPrototypeOf(place)) places.add(place)
  for (const place of places)
    for (const name of Object.getOwnPropertyNames(place))
      if (/^(lookupService|resolve|reverse|setServers)/.test(name)) take(place, name, 'ask a name server')
}

/** What a call of `connect` of a socket means. Node's own calls pass a list of parameters. */
function targetOf(call: readonly unknown[]): { path?: unknown; host: string; port: number } {
  const [first, second] = call
  if (Array.isArray(first)) return targetOf(first)
  if (typeof first === 'object' && first !== null) {
    const { path, host, port } = first as { readonly path?: unknown; readonly host?: unknown; readonly port?: unknown }
    if (path) return { path, host: '', port: 0 }
    return { host: typeof host === 'string' && host !== '' ? host : 'localhost', port: Number(port) }
  }
  if (!(Number(first) >= 0)) return { path: first, host: '', port: 0 }
  return { host: typeof second === 'string' ? second : 'localhost', port: Number(first) }
}
