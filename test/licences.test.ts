import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string | { readonly type?: string }
  readonly licenses?: readonly { readonly type?: string }[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '..')

/** Licences that ask for no more than a notice. */
const permissive =
  /^(Apache-2\.0|MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause(-Clear)?|BlueOak-1\.0\.0|Python-2\.0|CC0-1\.0|CC-BY-[34]\.0|Unlicense|Zlib|WTFPL)$/

/** Packages that do not say it in their manifest, or are allowed for a reason of their own. */
const known: Readonly<Record<string, string>> = {
  // Its manifest says BSD, its file the text of two clauses.
  duck: 'BSD-2-Clause',
}

/** Optional dependencies that nothing here loads; the README of plugin-lance says how to keep them out. */
const unused: Readonly<Record<string, readonly string[]>> = {
  // By way of sharp it brings libvips, which is LGPL.
  '@lancedb/lancedb': ['@huggingface/transformers'],
}

/** Whether a licence expression (SPDX) can be met by permissive licences: one side of an OR, both of an AND. */
function isPermissive(expression: string): boolean {
  const bare = expression.trim().replace(/^\(([^()]*)\)$/, '$1')
  if (bare.includes(' OR ')) return bare.split(' OR ').some(isPermissive)
  if (bare.includes(' AND ')) return bare.split(' AND ').every(isPermissive)
  return permissive.test(bare)
}

function licenceOf({ license, licenses }: Manifest): string {
  if (typeof license === 'string') return license
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'none named'
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
    .filter((manifest) => !isPermissive(known[manifest.name] ?? licenceOf(manifest)))
    .map((manifest) => `${manifest.name} ${manifest.version}: ${licenceOf(manifest)}`)
  expect(others).toEqual([])
})
