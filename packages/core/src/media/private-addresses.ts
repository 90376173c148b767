import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import os from 'node:os'
import ipaddr from 'ipaddr.js'
import { maestroError } from '../errors/error-table.js'

/** Networks that `ipaddr.js` counts as public, although they are for documentation or can hold a private IPv4 address. */
const further = ['::/96', '64:ff9b::/32', '3fff::/20', 'fec0::/10'].map((network) => ipaddr.IPv6.parseCIDR(network))

/**
 * Whether an IP address lies outside the public internet: on this machine, also by the addresses of its network cards,
 * in a private, link-local, reserved, or documentation network, or in a multicast group. An IPv4 address inside an IPv6
 * address counts as itself.
 */
export function isPrivateAddress(address: string): boolean {
  // What cannot be read is not known to be public.
  if (!ipaddr.isValid(address)) return true
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return true
  if (parsed.kind() === 'ipv6' && further.some((network) => parsed.match(network))) return true
  const normal = parsed.toNormalizedString()
  return Object.values(os.networkInterfaces()).some((cards) =>
    cards?.some((card) => ipaddr.process(card.address).toNormalizedString() === normal),
  )
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
