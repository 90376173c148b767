import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { isPermissive, licenceOf, type Manifest } from './licences/permissive.js'

const root = join(import.meta.dirname, '..')

/** Optional dependencies that plugin-lance replaces for its users, but that the tests of plugin-local install here. */
const unused: Readonly<Record<string, readonly string[]>> = {
  // By way of sharp it brings libvips, which is LGPL.
  '@lancedb/lancedb': ['@huggingface/transformers'],
}

/** The folder of a dependency, as Node finds it; undefined for one that is not for this system. */
function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === root || dirname(folder) === folder) return undefined
  }
}

/** Everything that is installed with the packages, by folder. */
function productionClosure(): ReadonlyMap<string, Manifest> {
  const found = new Map<string, Manifest>()
  const queue = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    if (found.has(folder)) continue
    const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    found.set(folder, manifest)
    const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).filter(
      (name) => !unused[manifest.name]?.includes(name),
    )
    queue.push(...names.flatMap((name) => findPackage(name, folder as string) ?? []))
  }
  return found
}

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
