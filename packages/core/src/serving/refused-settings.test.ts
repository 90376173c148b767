import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ProjectFolder } from '../__fixtures__/project-folder.js'
import { RefusedSettings } from './refused-settings.js'

const serving = { name: 'acme.chat m', provider: 'acme', model: 'm', account: 'the account' }
const hour = 3600_000
const start = Date.parse('2030-01-01')
const path = () => join(new ProjectFolder().path, 'refused-settings.json')

test('what one process has learnt is known to the next, for that model and account alone', () => {
  const file = path()
  new RefusedSettings(file).add(serving, 'temperature')
  const next = new RefusedSettings(file)
  expect(next.has(serving, 'temperature')).toBe(true)
  expect(next.has(serving, 'topP')).toBe(false)
  expect(next.has({ ...serving, model: 'n' }, 'temperature')).toBe(false)
  expect(next.has({ ...serving, account: 'another' }, 'temperature')).toBe(false)
})

test('two processes that learn at once keep what both have learnt', () => {
  const file = path()
  const [one, other] = [new RefusedSettings(file), new RefusedSettings(file)]
  for (const each of [one, other]) expect(each.has(serving, 'temperature')).toBe(false)
  one.add(serving, 'temperature')
  other.add(serving, 'seed')
  for (const name of ['temperature', 'seed']) expect(new RefusedSettings(file).has(serving, name)).toBe(true)
})

test('after a day, the setting is sent again', () => {
  const file = path()
  let now = start
  const refused = new RefusedSettings(file, () => now)
  refused.add(serving, 'temperature')
  now = start + 23 * hour
  expect(refused.has(serving, 'temperature')).toBe(true)
  now = start + 24 * hour
  expect(refused.has(serving, 'temperature')).toBe(false)
  expect(new RefusedSettings(file, () => now).has(serving, 'temperature')).toBe(false)
})

test.each(['', 'no JSON', '[]', '{"a":null}', '{"a":{"temperature":"x"}}'])(
  'a file of %j counts as empty',
  (content) => {
    const file = path()
    writeFileSync(file, content)
    const refused = new RefusedSettings(file)
    expect(refused.has(serving, 'temperature')).toBe(false)
    refused.add(serving, 'temperature')
    expect(new RefusedSettings(file).has(serving, 'temperature')).toBe(true)
  },
)

test('without its folder, nothing is written, and the process knows all the same', () => {
  const file = join(new ProjectFolder().path, 'nowhere', 'refused-settings.json')
  const refused = new RefusedSettings(file)
  refused.add(serving, 'temperature')
  expect(refused.has(serving, 'temperature')).toBe(true)
  expect(existsSync(file)).toBe(false)
})
