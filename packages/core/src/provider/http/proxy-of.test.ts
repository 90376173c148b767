import { afterEach, expect, test, vi } from 'vitest'
import { proxyOf } from './proxy-of.js'

afterEach(() => vi.unstubAllEnvs())

const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']

function proxyFor(address: string, environment: Readonly<Record<string, string>>): string | undefined {
  for (const name of names) {
    vi.stubEnv(name, undefined)
    vi.stubEnv(name.toLowerCase(), undefined)
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  return proxyOf(new URL(address))
}

test.each<[string, Record<string, string>, string | undefined]>([
  ['https://a.example', {}, undefined],
  ['https://a.example', { ALL_PROXY: 'http://all:1' }, 'http://all:1'],
  ['http://a.example', { all_proxy: 'http://all:1' }, 'http://all:1'],
  ['https://a.example', { ALL_PROXY: 'http://all:1', HTTPS_PROXY: 'http://own:2' }, 'http://own:2'],
  ['http://a.example', { ALL_PROXY: 'http://all:1', HTTPS_PROXY: 'http://own:2' }, 'http://all:1'],
  ['https://a.example', { all_proxy: 'http://lower:1', ALL_PROXY: 'http://upper:2' }, 'http://lower:1'],
  ['https://a.example', { https_proxy: '', ALL_PROXY: 'all:1' }, 'http://all:1'],
  ['https://a.example', { ALL_PROXY: 'socks5h://all:1080' }, 'socks5://all:1080'],
  ['http://localhost:11434', { ALL_PROXY: 'http://all:1' }, undefined],
  ['http://127.0.0.1:11434', { ALL_PROXY: 'http://all:1' }, undefined],
  ['http://[::1]:11434', { ALL_PROXY: 'http://all:1' }, undefined],
])('the proxy for %s with %o is %s', (address, environment, expected) => {
  expect(proxyFor(address, environment)).toBe(expected)
})

test.each([
  ['http://a.example', '*', true],
  ['http://a.example', 'b.example, a.example', true],
  ['http://a.example', 'A.Example.', true],
  ['http://a.example', 'a.example:80', true],
  ['https://a.example', 'a.example:80', false],
  ['http://a.b.example', '.b.example', true],
  ['http://a.b.example', '*.b.example', true],
  ['http://a.b.example', 'b.example', true],
  ['http://ab.example', 'b.example', false],
  ['http://10.1.2.3:8000', '10.0.0.0/8', true],
  ['http://11.1.2.3', '10.0.0.0/8', false],
  ['http://10.1.2.3', '10.0.0.0/99', false],
  ['http://10.1.2.3', '10.1.2.3:80', true],
  ['http://110.1.2.3', '10.1.2.3', false],
  ['http://[2001:db8::1]', '2001:db8::1', true],
  ['http://[2001:db8::1]:8000', '[2001:db8::1]:8000', true],
  ['http://[2001:db8::1]:8000', '[2001:db8::1]:9000', false],
  ['http://[2001:db8::1]', '2001:db8::/32', true],
  ['http://a.example', '', false],
])('%s with NO_PROXY %s is reached directly: %s', (address, NO_PROXY, direct) => {
  expect(proxyFor(address, { ALL_PROXY: 'http://all:1', NO_PROXY }) === undefined).toBe(direct)
})
