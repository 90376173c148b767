// Each test has a config with a fault in one kind of component, and checks how the commands report it before they read
// a row.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'
import type { Check } from './doctor/check.js'

/** Contributes a component of each kind, with the options `size` (a number) and `place` (a text). */
const kinds = `
  import { appendFileSync } from 'node:fs'
  import { createMemoryCache } from '@maestro-dataflow/core/runtime'
  import { defineCache, defineExecutor, definePlugin, defineServing, defineSource, defineStorage } from '@maestro-dataflow/core'
  import { z } from 'zod'
  const options = z.strictObject({ size: z.number(), place: z.string() })
  const unused = () => { throw new Error('made') }
  const executor = { name: 'kinds.executor', execute: async (partitions, run) => { for (const one of partitions) await run(one) }, dispose: async () => {} }
  const plugin = definePlugin({
    name: 'kinds',
    servings: [defineServing({ name: 'kinds.chat', kind: 'llm', options, create: unused })],
    vectorStores: [{ name: 'kinds.vectors', options, create: unused }],
    storages: [defineStorage({ name: 'kinds.rows', source: defineSource({ options, columns: unused, open: unused }) })],
    caches: [defineCache({ name: 'kinds.cache', options, create: () => createMemoryCache({ maxEntries: 9, maxBytes: 999 }) })],
    executors: [defineExecutor({ name: 'kinds.executor', options, create: (given) => {
      appendFileSync('executor.txt', JSON.stringify(given) + '\\n')
      return executor
    } })],
    tableEngines: [{ name: 'kinds.engine', options, create: unused }],
  })
  const { apply } = plugin
  plugin.apply = (...given) => { appendFileSync('applied.txt', 'kinds\\n'); return apply(...given) }
  export default plugin`

const uses = {
  'servings.default': 'kinds.chat',
  'vectorStores.default': 'kinds.vectors',
  'storages.default': 'kinds.rows',
  cache: 'kinds.cache',
  executor: 'kinds.executor',
  tableEngine: 'kinds.engine',
} as const
const checkNames = {
  'servings.default': 'serving default',
  'vectorStores.default': 'vector store default',
  'storages.default': 'storage default',
  cache: 'cache',
  executor: 'executor',
  tableEngine: 'table engine',
} as const
type Setting = keyof typeof uses
const settings = Object.keys(uses) as readonly Setting[]

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'kinds.js': kinds,
    'in.csv': 'a\n1\n',
    'pipelines/copy.json': {
      name: 'copy',
      read: { use: 'fs.file', path: 'in.csv' },
      write: { use: 'fs.file', path: 'out.csv' },
    },
  })
})
afterEach(() => project.remove())

function configure(component: (use: string) => object): void {
  const of = Object.fromEntries(settings.map((setting) => [setting, component(uses[setting])]))
  project.write('maestro.config.json', {
    plugins: ['@maestro-dataflow/plugin-fs', './kinds.js'],
    pipelines: 'pipelines/*',
    servings: { default: of['servings.default'] },
    vectorStores: { default: of['vectorStores.default'] },
    storages: { default: of['storages.default'] },
    cache: of.cache,
    executor: of.executor,
    tableEngine: of.tableEngine,
  })
}

async function doctorChecks(env: Readonly<Record<string, string>> = {}) {
  const { stdout } = await project.start(['doctor', '--json'], { env }).finished
  return (JSON.parse(stdout) as { readonly checks: readonly Check[] }).checks
}

const good = (use: string) => ({ use, size: 1, place: 'here' })
/** The name of the fault, the config that has it, and the expected message for each setting. */
const faults: readonly [string, (use: string) => object, (setting: Setting) => string | undefined][] = [
  ['an unknown name', (use) => ({ ...good(use), use: `${use}x` }), (setting) => `"${uses[setting]}x"`],
  [
    'a misspelt option',
    (use) => ({ ...good(use), plaice: 'x' }),
    (setting) => `${setting}.plaice: there is no such setting. Did you mean "place"?`,
  ],
  [
    'an option of another type',
    (use) => ({ ...good(use), size: 'big' }),
    (setting) => `${setting}.size: a number is expected, not a string`,
  ],
  [
    'a required option that is missing',
    (use) => ({ use, size: 1 }),
    // The pipelines that name a storage add its other options.
    (setting) => (setting === 'storages.default' ? undefined : `\`${setting}.place\` is missing: a string is expected`),
  ],
]

test.each(faults)('%s: plan and doctor say the same of each kind of component', async (_, component, said) => {
  configure(component)
  const { code, stdout, stderr } = await project.maestro('plan', 'copy')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  const checks = await doctorChecks()
  for (const setting of settings) {
    const check = checks.find(({ name }) => name === checkNames[setting])
    const message = said(setting)
    if (message === undefined) {
      expect(check).toMatchObject({ status: 'ok' })
      continue
    }
    expect(stderr).toContain(message)
    expect(check).toMatchObject({ status: 'fail', message: expect.stringContaining(message) })
  }
})

test('values from the environment are left out by the plan, and read by doctor', async () => {
  configure((use) => ({ use, size: { env: 'KINDS_SIZE' }, place: { env: 'KINDS_PLACE' } }))
  // A text is not a number, but this is not a fault as long as the value is not read.
  expect(await project.maestro('plan', 'copy')).toMatchObject({ code: 0, stderr: '' })
  const unset = await doctorChecks({ KINDS_SIZE: 'six-hundred' })
  const set = await doctorChecks({ KINDS_SIZE: 'six-hundred', KINDS_PLACE: 'hidden-away' })
  for (const setting of settings) {
    const name = checkNames[setting]
    for (const checks of [unset, set])
      expect(checks.find((check) => check.name === name)).toMatchObject({
        status: 'fail',
        message: expect.stringContaining(`${setting}.size: a number is expected, not a string`),
      })
  }
  expect(JSON.stringify(set)).not.toMatch(/six-hundred|hidden-away/)
  configure((use) => ({ use, size: 1, place: { env: 'KINDS_PLACE' } }))
  const missing = await doctorChecks()
  for (const setting of settings)
    expect(missing.find(({ name }) => name === checkNames[setting])).toMatchObject({
      status: 'fail',
      message: 'not set in the environment: KINDS_PLACE',
    })
})

test('a good config: the options of the executor reach it, and each command applies a plugin once', async () => {
  configure(good)
  const checks = await doctorChecks()
  for (const setting of settings)
    expect(checks.find(({ name }) => name === checkNames[setting])).toMatchObject({
      status: 'ok',
      message: uses[setting],
    })
  const applied = () => project.read('applied.txt').trim().split('\n').length
  expect(applied()).toBe(1)
  expect(await project.maestro('plan', 'copy')).toMatchObject({ code: 0 })
  expect(applied()).toBe(2)
  expect(() => project.read('executor.txt')).toThrow()
  expect(await project.maestro('run', 'copy')).toMatchObject({ code: 0 })
  expect(applied()).toBe(3)
  expect(project.read('executor.txt')).toBe('{"size":1,"place":"here"}\n')
  expect(await project.maestro('preview', 'copy')).toMatchObject({ code: 0 })
  expect(applied()).toBe(4)
})

describe('the settings that every serving takes', () => {
  const documented = {
    price: { input: 1, output: 2, date: '2026-01-31' },
    limits: { concurrency: 2, requestsPerMinute: 60, tokensPerMinute: 9000 },
    timeout: { total: '1m', attempt: 500 },
    retries: 3,
    repairs: 0,
    cache: false,
  }

  test('are good in doctor, plan and run', async () => {
    configure(good)
    const config = JSON.parse(project.read('maestro.config.json'))
    config.servings.default = { ...good('kinds.chat'), ...documented }
    project.write('maestro.config.json', config)
    expect((await doctorChecks()).find(({ name }) => name === 'serving default')).toMatchObject({ status: 'ok' })
    expect(await project.maestro('plan', 'copy')).toMatchObject({ code: 0 })
    expect(await project.maestro('run', 'copy')).toMatchObject({ code: 0 })
  })

  test('a wrong one is found by doctor and plan', async () => {
    configure(good)
    const config = JSON.parse(project.read('maestro.config.json'))
    config.servings.default = { ...good('kinds.chat'), limits: { concurrency: 0 }, timeout: 'soon' }
    project.write('maestro.config.json', config)
    const serving = (await doctorChecks()).find(({ name }) => name === 'serving default')
    const { stderr } = await project.maestro('plan', 'copy')
    for (const setting of ['servings.default.limits.concurrency', 'servings.default.timeout']) {
      expect(serving?.message).toContain(setting)
      expect(stderr).toContain(setting)
    }
  })
})
