import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { maestroError } from '../errors/error-table.js'

/** Networks outside the public internet: this machine, private, link-local, shared, reserved, multicast. */
const networks = {
  ipv4: [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ],
  // The last four can hold a private IPv4 address.
  ipv6: [
    ['::1', 128],
    ['fc00::', 7],
    ['fe80::', 10],
    ['ff00::', 8],
    ['::', 96],
    ['64:ff9b::', 32],
    ['2001::', 32],
    ['2002::', 16],
  ],
} as const

let blocked: BlockList | undefined

/** Whether an IP address lies outside the public internet. An IPv4 address inside an IPv6 address counts as itself. */
export function isPrivateAddress(address: string): boolean {
  if (blocked === undefined) {
    blocked = new BlockList()
    for (const [network, prefix] of networks.ipv4) blocked.addSubnet(network, prefix, 'ipv4')
    for (const [network, prefix] of networks.ipv6) blocked.addSubnet(network, prefix, 'ipv6')
  }
  return blocked.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/**
 * A DNS look-up that returns public addresses only. The connection goes to the very address that was checked, so that a
 * name cannot resolve differently the second time.
 */
export const openLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '', 0)
    const address = found.find((one) => isPrivateAddress(one.address))?.address
    if (address !== undefined)
      return callback(maestroError('MAESTRO_MEDIA_ADDRESS_PRIVATE', { host: hostname, address }), '', 0)
    if (options.all === true) callback(null, found)
    else callback(null, found[0]?.address ?? '', found[0]?.family)
  })
}

/** A host that is an address is never looked up. @throws MAESTRO_MEDIA_ADDRESS_PRIVATE */
export function assertOpenHost({ hostname }: URL): void {
  const address = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) !== 0 && isPrivateAddress(address))
    throw maestroError('MAESTRO_MEDIA_ADDRESS_PRIVATE', { host: hostname, address })
}
