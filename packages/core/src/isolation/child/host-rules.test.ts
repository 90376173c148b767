import { expect, test } from 'vitest'
import { HostRules } from './host-rules.js'

test.each([
  ['api.acme.example', 'API.acme.example', 443, true],
  ['API.acme.example', 'api.acme.example', 443, true],
  ['api.acme.example', 'acme.example', 443, false],
  ['acme.example', 'api.acme.example', 443, false],
  ['acme.example', 'evil-acme.example', 443, false],
  ['*.acme.example', 'api.acme.example', 443, true],
  ['*.acme.example', 'acme.example.evil', 443, false],
  ['api.acme.example:8443', 'api.acme.example', 8443, true],
  ['api.acme.example:8443', 'api.acme.example', 443, false],
  ['127.0.0.1:11434', '127.0.0.1', 11434, true],
  ['::1', '::1', 80, true],
  ['[::1]:80', '::1', 80, true],
  ['[::1]:80', '::1', 81, false],
  ['*', 'anything.example', 1, true],
  ['those that you name', 'those', 1, false],
])('the host %s lets a plugin connect to %s at %i: %s', (rule, name, port, isAllowed) => {
  expect(new HostRules([rule]).allowsName(name, port)).toBe(isAllowed)
})

test('an address counts if the look-up of an allowed name has found it, at the port of that name', () => {
  const rules = new HostRules(['a.example', 'b.example:81'])
  expect(rules.allowsAddress('10.0.0.1', 80)).toBe(false)
  rules.found('a.example', '10.0.0.1')
  rules.found('b.example', '10.0.0.2')
  rules.found('c.example', '10.0.0.3')
  expect(rules.allowsAddress('10.0.0.1', 80)).toBe(true)
  expect([rules.allowsAddress('10.0.0.2', 80), rules.allowsAddress('10.0.0.2', 81)]).toEqual([false, true])
  expect(rules.allowsAddress('10.0.0.3', 80)).toBe(false)
})

test('a name that is not a text is no host', () => {
  expect(new HostRules(['*']).allowsName({ toString: () => 'a.example' })).toBe(false)
})
