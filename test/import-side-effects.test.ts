import { execFile } from 'node:child_process'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

interface Probe {
  readonly changes: Readonly<Record<string, readonly string[]>>
  readonly loaded: readonly string[]
}

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** Libraries that cost time, memory or a native module; they are imported when first used. */
const heavy = [
  '@duckdb/',
  'node-llama-cpp',
  '@huggingface/',
  '@langchain/',
  'onnxruntime',
  '/cosmiconfig/',
  '/typescript/',
  '/knex/',
  '/libsql/',
  '/pg/',
  '/mysql2/',
  '/faker/',
  '/tesseract.js/',
  '/unpdf/',
  '/mammoth/',
  '/turndown/',
  '/minisearch/',
]

const entries = readdirSync(join(root, 'packages')).flatMap((folder) => {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
  return Object.keys(manifest.exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => `${manifest.name}${entry.slice(1)}`)
})

/** Imports it in a process of its own, which must end by itself within the time given. */
async function probe(specifier: string): Promise<Probe> {
  const from = pathToFileURL(join(root, 'test', 'here.js')).href
  const script = join(root, 'test', 'import-probe.js')
  const options = ['--experimental-import-meta-resolve', '--no-warnings', script, specifier, from]
  const { stdout, stderr } = await run(process.execPath, options, { cwd: root, timeout: 60_000 })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

test('every package has an entry to look at', () => {
  expect(entries).toContain('@maestro-dataflow/core')
  expect(entries).toContain('@maestro-dataflow/core/runtime')
  expect(entries.length).toBeGreaterThanOrEqual(7)
})

describe.each(entries)('import %s', (specifier) => {
  test('changes nothing, opens nothing, loads nothing heavy', async () => {
    const { changes, loaded } = await probe(specifier)
    expect(loaded.length).toBeGreaterThan(0)
    const usesContainer = loaded.some((url) => url.includes('/node_modules/reflect-metadata/'))
    // zod keeps two globals, so that several copies of it share one configuration; vitest, which only an entry that is
    // named after it may bring, keeps those of its matchers. No other is allowed.
    const { reflect, ...observed } = changes
    const matchers = specifier.endsWith('/vitest') ? /matchers-object\)$|^Symbol\(expect-global\)$/ : /^$/
    const globals = observed.globals?.filter(
      (name) => !/^__zod_global(Config|Registry)$/.test(name) && !matchers.test(name),
    )
    const rest = { ...observed, globals: globals ?? [] }
    for (const [part, changed] of Object.entries(rest)) expect(changed, part).toEqual([])
    // inversify's metadata is the one change allowed, and only behind the entry that runs pipelines.
    if (usesContainer) expect(specifier).not.toBe('@maestro-dataflow/core')
    else expect(reflect).toEqual([])
    expect(loaded.filter((url) => heavy.some((name) => url.includes(name)))).toEqual([])
  })
})

test('the contracts entry loads no file but its own and zod, of which options are made', async () => {
  const { loaded } = await probe('@maestro-dataflow/core')
  const others = loaded.filter((url) => !url.startsWith('node:') && !url.includes('/packages/core/lib/'))
  expect(others.filter((url) => !url.includes('/node_modules/zod/'))).toEqual([])
})

test('the bundles of core that change something when they are loaded are named in its package.json', () => {
  const folder = join(root, 'packages/core')
  const { sideEffects } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly sideEffects: readonly string[]
  }
  const named = sideEffects.flatMap((pattern) => globSync(pattern, { cwd: folder })).map((path) => join('.', path))
  const changing = globSync('lib/**/*.js', { cwd: folder }).filter((path) =>
    readFileSync(join(folder, path), 'utf8').includes('reflect-metadata'),
  )
  expect(changing.length).toBeGreaterThan(0)
  expect(named).toEqual(expect.arrayContaining(changing))
})
