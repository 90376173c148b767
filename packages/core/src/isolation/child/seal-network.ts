import dgram from 'node:dgram'
import dns from 'node:dns'
import net, { type Socket } from 'node:net'
import { sealHosts } from './seal-hosts.js'
import { take } from './take.js'

/**
 * Takes the network from this process, which Node's permission model leaves to it before version 25. Sockets that are
 * files, such as those of Docker or of an SSH agent, stay closed even if the plugin may connect to hosts.
 *
 * @param channel The socket to the process of the project, which is open already.
 * @param hosts The hosts that the plugin may connect to.
 */
export function sealNetwork(channel: Socket, hosts: readonly string[]): void {
  // What is open leads to the classes of Node.js below its sockets.
  for (const name of ['_getActiveHandles', '_getActiveRequests']) take(process, name)
  const { _handle: handle } = channel as unknown as { readonly _handle: object }
  for (const name of ['bind', 'listen', 'connect']) take(Object.getPrototypeOf(handle), name)
  if (hosts.length > 0) sealHosts(hosts)
  else refuseAll()
}

function refuseAll(): void {
  for (const name of ['connect', '_connect']) take(net.Socket.prototype, name, network)
  take(net.Server.prototype, 'listen', network)
  take(net, '_createServerHandle', network)
  for (const name of ['createSocket', '_createSocketHandle']) take(dgram, name, network)
  for (const name of ['bind', 'connect', 'send', 'sendto']) take(dgram.Socket.prototype, name, network)
  for (const owner of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
    for (let place: object = owner; place !== Object.prototype; place = Object.getPrototypeOf(place))
      for (const name of Object.getOwnPropertyNames(place))
        if (/^(lookup|resolve|reverse)/.test(name)) take(place, name, network)
}

const network = 'use the network'
