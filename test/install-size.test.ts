// What a user downloads: each package, installed from its tarball into an empty folder without any settings.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { isPermissive, licenceOf, type Manifest } from './licences/permissive.js'

const run = promisify(execFile)
const megabyte = 1e6

interface InstalledPackage extends Manifest {
  readonly scripts?: Readonly<Record<string, string>>
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-size-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Installs packages of the repository, with everything that npm adds to them, and returns the folder. */
async function install(names: readonly string[], others: Readonly<Record<string, string>>): Promise<string> {
  const project = join(folder, names.at(-1)?.replace('/', '-') ?? '')
  mkdirSync(project)
  const tarballs = new Map(inject('packed').map(({ name, tarball }) => [name, tarball]))
  const ours = Object.fromEntries(names.map((name) => [name, `file:${tarballs.get(name)}`]))
  const dependencies = { ...ours, ...others }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  const settings = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  await run('npm', ['install', ...settings], { cwd: project, maxBuffer: 1 << 26 })
  return join(project, 'node_modules')
}

function bytesIn(directory: string): number {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

function packagesIn(modules: string): readonly InstalledPackage[] {
  const lock: { readonly packages: Readonly<Record<string, unknown>> } = JSON.parse(
    readFileSync(join(modules, '.package-lock.json'), 'utf8'),
  )
  return Object.keys(lock.packages)
    .map((path) => join(dirname(modules), path, 'package.json'))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')))
}

const [core, command] = ['@maestro-dataflow/core', 'maestro-dataflow']
const plugin = (name: string) => `@maestro-dataflow/plugin-${name}`

interface Budget {
  readonly names: readonly string[]
  /** Packages of others that a user installs with them, with their versions. */
  readonly others?: Readonly<Record<string, string>>
  readonly megabytes: number
  /** The packages that have an install script. */
  readonly scripts?: readonly string[]
  /** What works without any other package: a program, and what it prints. */
  readonly program: string
  readonly prints: string
}

const budgets: readonly Budget[] = [
  {
    names: [core, command],
    megabytes: 25,
    program: "import { pipeline } from '@maestro-dataflow/core'; console.log(typeof pipeline)",
    prints: 'function',
  },
  {
    names: [core, command, plugin('fs'), plugin('table')],
    megabytes: 120,
    program: `import { MemoryStorage } from '@maestro-dataflow/core/runtime'
import { FilterRowsOperator } from '@maestro-dataflow/plugin-table'
const storage = new MemoryStorage([{ stars: 5 }, { stars: 2 }])
await new FilterRowsOperator({ where: 'stars > 3' }).run(storage)
console.log(JSON.stringify(await storage.rows()))`,
    prints: '[{"stars":5}]',
  },
  {
    names: [core, plugin('local')],
    megabytes: 350,
    // It finds the build for the CPU in place. On systems that have no such build, it compiles one.
    scripts: ['node-llama-cpp'],
    program: `import { LocalEmbeddingServing } from '@maestro-dataflow/plugin-local'
const embedder = new LocalEmbeddingServing({ model: 'all-MiniLM-L6-v2' })
await embedder.embed(['a']).catch(({ code, hint }) => console.log(code, hint))`,
    prints: 'MAESTRO_LOCAL_LIBRARY npm install onnxruntime-node',
  },
  {
    names: [core, plugin('lance')],
    megabytes: 250,
    program: `import { LanceVectorStore } from '@maestro-dataflow/plugin-lance'
const store = await LanceVectorStore.open({ path: 'store' })
const entry = (id, ...numbers) => ({ id, vector: Float32Array.from(numbers), metadata: {} })
await store.addVectors([entry('a', 1, 0), entry('b', 0, 1), entry('c', 1, 1)])
const [found] = await store.search([{ vector: Float32Array.of(0.1, 1), k: 2 }])
console.log(found.map(({ id }) => id).join())`,
    prints: 'b,c',
  },
  {
    names: [core, plugin('bullmq')],
    megabytes: 35,
    // It finds the build for the system in place. On systems that have no such build, it does without.
    scripts: ['msgpackr-extract'],
    // The queue, PostgreSQL, and Redis are loaded, and no server is needed for it.
    program: `import { openProject } from '@maestro-dataflow/core/runtime'
import { PostgresCache, RedisCache } from '@maestro-dataflow/plugin-bullmq'
import { writeFileSync } from 'node:fs'
const executor = { use: 'bullmq.queue', url: 'redis://127.0.0.1:1' }
const config = { plugins: ['@maestro-dataflow/plugin-bullmq'], executor, logLevel: 'silent' }
writeFileSync('maestro.config.json', JSON.stringify(config))
const project = openProject()
await project.work({ concurrency: 1, tags: [], signal: AbortSignal.abort() })
await project.dispose()
const logger = { warn: (_, { location }) => console.log(location) }
for (const [Cache, scheme] of [[RedisCache, 'redis'], [PostgresCache, 'postgres']]) {
  const cache = new Cache({ url: scheme + '://127.0.0.1:1', namespace: 'a' }, logger)
  await cache.get('b')
  await cache.dispose()
}`,
    prints: 'redis://127.0.0.1:1\npostgres://127.0.0.1:1',
  },
  {
    // Core alone is about 16 MB, so that the plugin and one provider are at most 8.
    names: [core, plugin('ai-sdk')],
    others: { '@ai-sdk/anthropic': '4.0.105' },
    megabytes: 24,
    program: `import { fromAISDK } from '@maestro-dataflow/plugin-ai-sdk'
import { createAnthropic } from '@ai-sdk/anthropic'
console.log(fromAISDK(createAnthropic({ apiKey: 'none' })('claude-haiku-4-5')).name)`,
    prints: 'anthropic claude-haiku-4-5',
  },
]

test.each(budgets)(
  'at most $megabytes MB: $names',
  async ({ megabytes, names, others: also = {}, scripts = [], program, prints }) => {
    const modules = await install(names, also)
    const size = bytesIn(modules) / megabyte
    const installed = packagesIn(modules)
    console.log(`${names.join(', ')}: ${size.toFixed(0)} MB in ${installed.length} packages`)
    expect(size).toBeGreaterThan(1)
    expect(size).toBeLessThan(megabytes)

    const withScripts = installed.filter(
      ({ scripts = {} }) => scripts.preinstall ?? scripts.install ?? scripts.postinstall,
    )
    expect(withScripts.map(({ name }) => name)).toEqual(scripts)
    const others = installed.filter((manifest) => !isPermissive(licenceOf(manifest)))
    expect(others.map((manifest) => `${manifest.name}: ${licenceOf(manifest)}`)).toEqual([])

    const path = join(dirname(modules), 'program.js')
    writeFileSync(path, program)
    const { stdout } = await run(process.execPath, [path], { cwd: dirname(modules) })
    expect(stdout.trim()).toBe(prints)
  },
)
