import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { closureOf } from './installed/closure-of.js'
import { isPermissive, licenceOf } from './licences/permissive.js'

const root = join(import.meta.dirname, '..')

/** Optional dependencies that plugin-lance replaces for its users, but that the tests of plugin-local install here. */
const unused: Readonly<Record<string, readonly string[]>> = {
  // By way of sharp it brings libvips, which is LGPL.
  '@lancedb/lancedb': ['@huggingface/transformers'],
}

/** Everything that is installed with the packages, by folder. */
const productionClosure = () =>
  closureOf(
    readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name)),
    (manifest, name) => !unused[manifest.name]?.includes(name),
  )

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['Apache-2.0 AND MIT', true],
  ['Apache-2.0 AND LGPL-3.0-or-later', false],
  ['GPL-3.0', false],
  ['none named', false],
])('%s: %s', (expression, expected) => expect(isPermissive(expression)).toBe(expected))

test('everything that is installed with the packages has a permissive licence', () => {
  const closure = [...productionClosure().values()]
  expect(closure.length).toBeGreaterThan(50)
  expect(closure.map(({ name }) => name)).toContain('node-llama-cpp')
  const others = closure
    .filter((manifest) => !isPermissive(licenceOf(manifest)))
    .map((manifest) => `${manifest.name} ${manifest.version}: ${licenceOf(manifest)}`)
  expect(others).toEqual([])
})
