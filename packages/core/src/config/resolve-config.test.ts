import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { env, isEnvironmentValue } from '../contracts/config.js'
import type { MaestroConfig } from '../define/maestro-config.js'
import { openProject } from '../maestro.js'
import { resolveConfig } from './resolve-config.js'
import { resolveEnvironment } from './resolve-environment.js'

const resolve = (config: unknown) => resolveConfig(config as MaestroConfig, { directory: '/project' })
const faults = async (config: unknown) => {
  const error = await errorOf(() => resolve(config))
  expect(error.code).toBe('MAESTRO_CONFIG_INVALID')
  expect(error.hint).toContain('docs/config.md')
  for (const issue of error.details.issues as string[]) expect(error.message).toContain(issue)
  return error.details.issues as readonly string[]
}

test('the settings of a cache are known, and those of a contributed one are its own', async () => {
  expect(await resolve({ cache: { use: 'acme.redis', url: { env: 'URL_A' } } })).toMatchObject({
    cache: { use: 'acme.redis', url: env('URL_A') },
  })
  expect(await resolve({ cache: false })).toMatchObject({ cache: false })
  expect(await faults({ cache: { maxsize: 5 } })).toEqual([
    'cache.maxsize: there is no such setting. Did you mean "maxSize"? Known: use, maxSize, ttl.',
  ])
  expect(await faults({ cache: { use: 'memory', path: 'x' } })).toHaveLength(1)
  for (const cache of [
    true,
    'disk',
    { maxSize: 0 },
    { maxSize: '1 MB' },
    { ttl: -1 },
    { ttl: Number.NaN },
    { ttl: '3' },
  ])
    expect(await faults({ cache })).toEqual([expect.stringMatching(/^cache.*expected/)])
})

test('an empty config has every default', async () => {
  expect(await resolve({})).toMatchObject({
    directory: '/project',
    plugins: [],
    servings: {},
    pipelines: [],
    executor: { use: 'automatic' },
    cache: { use: 'disk' },
    tableEngine: undefined,
    stateDirectory: join('/project', '.maestro'),
    keepRuns: 20,
    allowOutsidePaths: false,
    logLevel: 'info',
  })
})

test('every setting has the value of the config', async () => {
  const settings = {
    pipelines: ['a/*.ts', 'b/*.yaml'],
    run: { rowsInFlight: 8, bytesInFlight: '1MB', onError: 'fail', maxRejects: '2.5%', failFast: 3 },
    budgets: { run: { usd: 5 } },
    cache: { use: 'memory', maxSize: '0.5MB', ttl: '30d' },
    executor: 'farm.run',
    tableEngine: { use: 'fast.engine', threads: 2 },
    keepRuns: 3,
    allowOutsidePaths: true,
    logLevel: 'debug',
  }
  expect(await resolve(settings)).toMatchObject({ ...settings, executor: { use: 'farm.run' } })
  expect(await resolve({ tableEngine: 'fast.engine', pipelines: 'p/*.ts' })).toMatchObject({
    tableEngine: { use: 'fast.engine' },
    pipelines: ['p/*.ts'],
  })
  expect(await resolve({ executor: { use: 'farm.run', workers: 2 } })).toMatchObject({
    executor: { use: 'farm.run', workers: 2 },
  })
  expect(await resolve({})).toMatchObject({ run: {}, budgets: {}, storages: {}, vectorStores: {} })
  const key = { env: 'KEY_A' }
  const { storages, vectorStores } = await resolve({
    storages: { a: { use: 's.x', key } },
    vectorStores: { b: { use: 'v.x', key } },
  })
  expect([storages, vectorStores]).toEqual([
    { a: { use: 's.x', key: env('KEY_A') } },
    { b: { use: 'v.x', key: env('KEY_A') } },
  ])
})

test('a config in code has faults by that name, and starts in the working directory', async () => {
  expect((await errorOf(() => resolve({ keepRuns: 0 }))).message).toMatch(/^The config given in code is not valid:\n/)
  expect((await resolveConfig({}, {})).directory).toBe(process.cwd())
})

test('folders start at the config file, not at the working directory', async () => {
  const project = new ProjectFolder({
    'conf/maestro.config.json': { stateDirectory: 'state', pipelines: 'p/*.json' },
    'conf/below/x.txt': '',
  })
  const config = await openProject({ cwd: project.file('conf/below') }).config()
  expect(config).toMatchObject({
    path: project.file('conf/maestro.config.json'),
    directory: project.file('conf'),
    stateDirectory: project.file('conf/state'),
    pipelines: ['p/*.json'],
  })
})

test.each([
  [
    { pluggins: [] },
    /^pluggins: there is no such setting\. Did you mean "plugins"\? Known: plugins, permissions, servings, /,
  ],
  [{ completelyOther: 1 }, /^completelyOther: there is no such setting\. Known: plugins/],
  [{ run: { rowsInFligth: 3 } }, /^run\.rowsInFligth: there is no such setting\. Did you mean "rowsInFlight"\?/],
  [{ keepRuns: 'many' }, /^keepRuns: a number is expected, not a string$/],
  [{ run: { rowsInFlight: 0 } }, /^run\.rowsInFlight: /],
  [{ run: { onError: 'ignore' } }, /^run\.onError: "reject" or "fail" is expected, not "ignore"$/],
  [{ run: { maxRejects: 'few' } }, /^run\.maxRejects: a whole number is expected, or a share such as "5%"/],
  [{ plugins: 'fs' }, /^plugins: an array is expected, not a string$/],
  [{ plugins: ['fs', 42] }, /^plugins\.1: a package name, a path, \['name', options\] or a plugin is expected/],
  [{ plugins: [null] }, /^plugins\.0: a package name/],
  [{ plugins: [['a', {}, 3]] }, /^plugins\.0: a package name/],
  [{ servings: { default: { model: 'x' } } }, /^servings\.default: { use: 'name of a serving', \.\.\.options } is/],
  [{ servings: { default: 'gpt' } }, /^servings\.default: /],
  [{ tableEngine: 3 }, /^tableEngine: /],
  [{ logLevel: 'loud' }, /^logLevel: /],
])('%j is refused', async (config, issue) => {
  expect(await faults(config)).toEqual([expect.stringMatching(issue)])
})

test.each([42, 'text', [], null, () => ({})])(
  'a default export that is not an object is refused: %s',
  async (config) => {
    expect(await faults(config)).toEqual([expect.stringMatching(/^an object is expected, not /)])
  },
)

test('all faults come at once, with the name of the file', async () => {
  const project = new ProjectFolder({ 'maestro.config.json': { keepRuns: 'x', pluggins: [], run: { failFast: -1 } } })
  const error = await errorOf(() => openProject({ cwd: project.path }).config())
  expect(error.message).toContain(`The config ${project.file('maestro.config.json')} is not valid:`)
  expect((error.details.issues as string[]).map((issue) => issue.split(':')[0]).sort()).toEqual([
    'keepRuns',
    'pluggins',
    'run.failFast',
  ])
})

test('{ env } in JSON and YAML stands for a value of the environment, at any depth', async () => {
  const project = new ProjectFolder({
    'maestro.config.yaml': [
      'plugins:',
      "  - ['./p.js', { key: { env: KEY_P } }]",
      'servings:',
      '  default:',
      '    use: a.chat',
      '    apiKey: { env: KEY_A }',
      '    headers: [{ name: x, value: { env: KEY_B } }]',
      '    note: { env: KEY_A, other: 1 }',
    ].join('\n'),
  })
  const { servings, plugins } = await openProject({ cwd: project.path }).config()
  const { apiKey, headers, note } = servings.default as unknown as Record<string, unknown>
  expect(apiKey).toEqual(env('KEY_A'))
  expect(headers).toEqual([{ name: 'x', value: env('KEY_B') }])
  expect(isEnvironmentValue(note)).toBe(false)
  expect(plugins).toEqual([['./p.js', { key: env('KEY_P') }]])
})

test('env() is resolved later', async () => {
  const apiKey = env('KEY_A', 'none')
  const { servings, plugins } = await resolve({
    plugins: [['./p.js', { key: apiKey }]],
    servings: { default: { use: 'a.chat', apiKey, list: [apiKey] } },
  })
  expect(servings.default).toEqual({ use: 'a.chat', apiKey, list: [apiKey] })
  expect(isEnvironmentValue((servings.default as { apiKey?: unknown }).apiKey)).toBe(true)
  expect(plugins).toEqual([['./p.js', { key: apiKey }]])
})

test('values are read from the environment when they are needed, and kept as secrets', () => {
  const secrets: string[] = []
  const keep = (value: string) => void secrets.push(value)
  process.env.MAESTRO_TEST_KEY = 'from-environment'
  try {
    const options = {
      apiKey: env('MAESTRO_TEST_KEY'),
      list: [env('MAESTRO_TEST_NONE', 'fallback')],
      token: 'typed-in',
      n: 1,
    }
    expect(resolveEnvironment(options, 'servings.x', keep)).toEqual({
      apiKey: 'from-environment',
      list: ['fallback'],
      token: 'typed-in',
      n: 1,
    })
    expect(secrets.sort()).toEqual(['fallback', 'from-environment', 'typed-in'])
  } finally {
    delete process.env.MAESTRO_TEST_KEY
  }
})

test('a variable that is not set is named with the setting that needs it', async () => {
  const error = await errorOf(() =>
    resolveEnvironment({ list: [{ key: env('MAESTRO_TEST_NONE') }] }, 'servings.big', () => undefined),
  )
  expect(error).toMatchObject({
    code: 'MAESTRO_CONFIG_ENV_MISSING',
    message: 'The environment variable MAESTRO_TEST_NONE, which servings.big.list[0].key needs, is not set.',
    hint: expect.stringContaining('export MAESTRO_TEST_NONE='),
  })
})
