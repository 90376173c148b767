import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { assertOpenHost, isPrivateAddress } from './private-addresses.js'

const cards = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? [])

describe('isPrivateAddress', () => {
  test.each([
    ['this machine', '127.0.0.1'],
    ['this machine by another number', '127.9.9.9'],
    ['this machine in IPv6', '::1'],
    ['no address', '0.0.0.0'],
    ['no address in IPv6', '::'],
    ['a private network', '10.1.2.3'],
    ['a private network', '172.31.0.1'],
    ['a private network', '192.168.1.1'],
    ['the addresses of a provider', '100.64.0.1'],
    ['link-local addresses, with the metadata of clouds', '169.254.169.254'],
    ['link-local addresses in IPv6', 'fe80::1'],
    ['link-local addresses with a zone', 'fe80::1%eth0'],
    ['unique local addresses', 'fd00:ec2::254'],
    ['site-local addresses, which are deprecated', 'fec0::1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.7'],
    ['documentation', '203.0.113.7'],
    ['documentation in IPv6', '2001:db8::1'],
    ['documentation in IPv6', '3fff::1'],
    ['benchmarks', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['multicast in IPv6', 'ff02::1'],
    ['reserved addresses', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['an IPv4 address in IPv6', '::ffff:10.0.0.1'],
    ['an IPv4 address in IPv6 by numbers', '::ffff:7f00:1'],
    ['a translated IPv4 address', '::ffff:0:10.0.0.1'],
    ['a compatible IPv4 address', '::10.0.0.1'],
    ['NAT64', '64:ff9b::10.0.0.1'],
    ['local NAT64', '64:ff9b:1::1'],
    ['6to4', '2002:a00:1::1'],
    ['Teredo', '2001:0:1::1'],
    ['what is not an address', 'localhost'],
  ])('%s is not open: %s', (_, address) => {
    expect(isPrivateAddress(address)).toBe(true)
  })

  test.each(cards)('an address of a network card of this machine is not open: %s', (address) => {
    expect(isPrivateAddress(address)).toBe(true)
  })

  test.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:8.8.8.8'])('%s is open', (address) => {
    expect(isPrivateAddress(address)).toBe(false)
  })
})

test.each([
  'http://127.1/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://[::ffff:127.0.0.1]/',
  'http://017700000001/',
])('an address in another notation is refused before a connection: %s', (url) => {
  expect(() => assertOpenHost(new URL(url))).toThrow('is in a private network or on this machine')
})
