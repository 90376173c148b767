import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf } from '../__fixtures__/project-folder.js'
import { builtin } from '../builtin/builtin-plugin.js'
import { createLogger } from '../builtin/logger.js'
import { SecretRedactor } from '../builtin/secret-redactor.js'
import type { MaestroHooks, Registrar } from '../contracts/hooks.js'
import { LOGGER } from '../contracts/logger.js'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { PluginContext, PluginManifest, PluginReference } from '../contracts/plugin.js'
import { createToken, provide, type Token } from '../contracts/token.js'
import { defineOperator } from '../define/define-operator.js'
import { definePlugin } from '../define/define-plugin.js'
import { discoverPlugins } from './discover-plugins.js'
import { PluginHost } from './plugin-host.js'
import { Registry } from './registry.js'

const operator = (name: string) =>
  defineOperator({ name, kind: 'map', options: z.object({}), create: () => (row) => row }) as OperatorDefinition
const adding =
  (...names: string[]) =>
  (hooks: MaestroHooks) =>
    hooks.operators.tap('test', (registry) => {
      for (const name of names) registry.add(operator(name))
    })
const says = (...operators: string[]): PluginManifest => ({
  apiVersion: 1,
  contributes: { operators: Object.fromEntries(operators.map((name) => [name, 'What it does'])) },
})

const lines: string[] = []
async function host(...plugins: PluginReference[]) {
  const configured = await discoverPlugins(plugins, '/project')
  const logger = createLogger({ level: 'info', redactor: new SecretRedactor(), write: (line) => lines.push(line) })
  const access = { directory: '/project', allowOutsidePaths: false, allowPrivateAddresses: true }
  const keepSecret = () => undefined
  const made = new PluginHost({ configured, access, logger, builtin, reserved: [LOGGER], keepSecret })
  return { made, load: () => made.load(configured), configured }
}
async function register(...plugins: Parameters<typeof definePlugin>[0][]) {
  const { made, load } = await host(...plugins.map((plugin) => definePlugin(plugin)))
  await load()
  return made.registry
}

test('contributions are found by kind and name, with their plugin', async () => {
  const registry = await register(
    { name: 'one', manifest: says('a.x', 'a.y'), apply: adding('a.x', 'a.y') },
    { name: 'two', manifest: says('b.x'), apply: adding('b.x') },
  )
  expect(registry.get('operators', 'a.x', 'here').name).toBe('a.x')
  expect(registry.names('operators')).toEqual(['a.x', 'a.y', 'b.x'])
  expect(registry.pluginOf('operators', 'b.x')).toBe('two')
  expect(registry.has('storages', 'a.x')).toBe(false)
})

test('a plugin gets its options, a logger that names it and the folder of the project', async () => {
  let got: PluginContext | undefined
  const one = definePlugin({ name: 'one', apply: (_hooks, context) => void (got = context) })
  await (await host(one({ loud: true }))).load()
  expect(got).toMatchObject({ options: { loud: true }, directory: '/project', allowPrivateAddresses: true })
  got?.logger.info('ready')
  expect(lines.at(-1)).toBe('info: ready plugin=one')
})

describe('a plugin as lists', () => {
  test('contributes them, and its manifest follows from them', async () => {
    const described = { ...operator('a.x'), description: 'Does x' }
    const parts = definePlugin({ name: 'one', operators: [described, operator('a.y')] })
    const { made, load, configured } = await host(parts)
    expect(configured[0]?.manifest).toEqual({
      apiVersion: 1,
      contributes: { operators: { 'a.x': 'Does x', 'a.y': '' } },
    })
    await load()
    expect(made.contributionsOf('one').map(({ kind, name }) => [kind, name])).toEqual([
      ['operators', 'a.x'],
      ['operators', 'a.y'],
    ])
  })

  test('a manifest may list more than the plugin contributes', async () => {
    const manifest = { apiVersion: 1, requires: ['one'], permissions: { native: true } } as const
    const { configured } = await host(definePlugin({ name: 'two', manifest, operators: [operator('a.z')] }))
    expect(configured[0]?.manifest).toEqual({ ...manifest, contributes: { operators: { 'a.z': '' } } })
  })

  test('that disagree with the manifest are an error', async () => {
    const error = await errorOf(() => register({ name: 'one', manifest: says('a.x'), operators: [operator('a.y')] }))
    expect(error).toMatchObject({ code: 'MAESTRO_PLUGIN_MANIFEST_MISMATCH', details: { extra: ['operators/a.y'] } })
  })

  test('and in apply: both count', async () => {
    const registry = await register({ name: 'one', operators: [operator('a.x')], apply: adding('a.y') })
    expect(registry.names('operators')).toEqual(['a.x', 'a.y'])
  })

  test('of an unknown kind, or with something without a name, are an error that names the plugin', async () => {
    const misspelt = { name: 'one', operator: [operator('a.x')] } as never
    expect(await errorOf(() => definePlugin(misspelt))).toMatchObject({
      code: 'MAESTRO_DEFINITION_INVALID',
      message: 'The definition of the plugin one is wrong: it has an unknown property "operator".',
      hint: expect.stringContaining('Did you mean "operators"?'),
    })
    expect(await errorOf(() => register({ name: 'one', operators: [undefined as never] }))).toMatchObject({
      code: 'MAESTRO_PLUGIN_APPLY',
      details: { plugin: 'one', reason: 'operators[0] has no name' },
    })
  })

  test('observes under its own name', async () => {
    const seen: string[] = []
    const { made, load } = await host(
      definePlugin({
        name: 'watch',
        observe(hooks, { directory }) {
          hooks.stepStart(({ step }) => void seen.push(`${directory} ${step}`))
          hooks.runDone(async ({ runId }) => {
            await Promise.resolve()
            seen.push(runId)
          })
          hooks.requestStart((event) => ({ ...event, serving: `${event.serving}!` }))
          hooks.rowRejected(() => {
            throw new Error('no rejects here')
          })
        },
      }),
    )
    await load()
    made.hooks.stepStart.call({ runId: 'r', step: 's', stage: 0 })
    await made.hooks.runDone.promise({ runId: 'r1' } as never)
    expect(made.hooks.requestStart.call({ serving: 'x', request: { messages: [] } }).serving).toBe('x!')
    expect(seen).toEqual(['/project s', 'r1'])
    const failures: unknown[] = []
    made.failures.listen((failure) => void failures.push(failure))
    made.hooks.rowRejected.call({} as never)
    expect(failures).toMatchObject([
      {
        plugin: 'watch',
        hook: 'rowRejected',
        error: { code: 'MAESTRO_PLUGIN_TAP', details: { plugin: 'watch', reason: 'no rejects here' } },
      },
    ])
  })
})

test('each plugin is applied once, whatever is loaded and how often', async () => {
  const applied: string[] = []
  const plugin = (name: string, ...requires: string[]) =>
    definePlugin({ name, manifest: { apiVersion: 1, requires }, apply: () => void applied.push(name) })
  const { made, configured } = await host(plugin('a'), plugin('b', 'a'), plugin('c'))
  const [a, b, c] = configured
  if (a === undefined || b === undefined || c === undefined) throw new Error('three were given')
  await Promise.all([made.load([a]), made.load([a, b]), made.load([a, b, c]), made.load([c])])
  await made.load([a, b, c])
  expect(applied).toEqual(['a', 'b', 'c'])
})

test('a plugin that fails leaves no trace, and may succeed later', async () => {
  let broken = true
  const seen: string[] = []
  const TOKEN = createToken<number>('flaky.number')
  const flaky = definePlugin({
    name: 'flaky',
    operators: [operator('flaky.x')],
    provides: [provide(TOKEN, () => 1)],
    observe: (hooks) => hooks.stepStart(() => void seen.push('seen')),
    apply() {
      if (broken) throw new Error('not yet')
    },
  })
  const { made, load } = await host(flaky)
  expect((await errorOf(load)).code).toBe('MAESTRO_PLUGIN_APPLY')
  expect(made.registry.has('operators', 'flaky.x')).toBe(false)
  expect(made.providers.scopeOf(TOKEN)).toBe(undefined)
  broken = false
  await load()
  expect(made.registry.has('operators', 'flaky.x')).toBe(true)
  made.hooks.stepStart.call({ runId: 'r', step: 's', stage: 0 })
  expect(seen).toEqual(['seen'])
})

test('a token that two plugins provide is an error that names both; core keeps its own', async () => {
  const TOKEN = createToken<number>('shared.number')
  const of = (name: string, token: Token<number>) => ({ name, provides: [provide(token, () => 1)] })
  expect(await errorOf(() => register(of('one', TOKEN), of('two', TOKEN)))).toMatchObject({
    code: 'MAESTRO_CONTAINER_TOKEN_TAKEN',
    message: 'Both one and two provide a value for the token shared.number.',
    plugin: 'two',
  })
  expect((await errorOf(() => register(of('one', LOGGER as never)))).message).toBe(
    'Both core and one provide a value for the token logger.',
  )
})

test.each([
  [
    says('a.x', 'a.y'),
    ['a.x'],
    'missing operators/a.y; not in the manifest none',
    { missing: ['operators/a.y'], extra: [] },
  ],
  [
    says('a.x'),
    ['a.x', 'a.z'],
    'missing none; not in the manifest operators/a.z',
    { missing: [], extra: ['operators/a.z'] },
  ],
  [
    { apiVersion: 1, contributes: { prompts: { 'a.x': '' } } } as const,
    ['a.x'],
    'missing prompts/a.x; not in the manifest operators/a.x',
    { missing: ['prompts/a.x'], extra: ['operators/a.x'] },
  ],
])('a manifest that disagrees with the code', async (manifest, added, text, details) => {
  expect(await errorOf(() => register({ name: 'one', manifest, apply: adding(...added) }))).toMatchObject({
    code: 'MAESTRO_PLUGIN_MANIFEST_MISMATCH',
    message: `The plugin one does not register what its manifest says: ${text}.`,
    details,
    hint: expect.stringContaining('agree'),
  })
})

test('two plugins that claim one name are both named; so is one that adds a name twice', async () => {
  const two = () => register({ name: 'one', apply: adding('a.x') }, { name: 'two', apply: adding('a.x') })
  expect(await errorOf(two)).toMatchObject({
    code: 'MAESTRO_REGISTRY_DUPLICATE',
    message: 'Both one and two contribute operator "a.x".',
    hint: expect.stringContaining('Remove one'),
    plugin: 'two',
  })
  expect(await errorOf(() => register({ name: 'one', apply: adding('a.x', 'a.x') }))).toMatchObject({
    details: { first: 'one', second: 'one' },
  })
})

describe('a plugin that throws is named, with its reason', () => {
  const boom = () => {
    throw new Error('boom')
  }
  test.each([
    ['while it is applied', boom, 'boom'],
    ['in a tap', (hooks: MaestroHooks) => hooks.operators.tap('x', boom), 'boom'],
    [
      'something that is no error',
      () => {
        throw 'text'
      },
      'text',
    ],
    ['later, being asynchronous', (async () => boom()) as never, 'must not be asynchronous'],
    [
      'by adding nothing',
      (hooks: MaestroHooks) => hooks.operators.tap('x', (r) => r.add(undefined as never)),
      'operators: nothing has no name',
    ],
    [
      'by adding something without a function',
      (hooks: MaestroHooks) => hooks.caches.tap('x', (r) => r.add({ name: 'a.x' } as never)),
      'caches: "a.x" has no function `create`',
    ],
    [
      'by adding options that are no schema',
      (hooks: MaestroHooks) => hooks.operators.tap('x', (r) => r.add({ ...operator('a.x'), options: {} as never })),
      'operators: the options of "a.x" are a Object instead of a schema',
    ],
    [
      'by adding a storage without a side',
      (hooks: MaestroHooks) => hooks.storages.tap('x', (r) => r.add({ name: 'a.x' } as never)),
      'storages: "a.x" has no source and no sink',
    ],
  ])('%s', async (_when, apply, reason) => {
    const error = await errorOf(() => register({ name: 'one', apply }))
    expect(error).toMatchObject({ code: 'MAESTRO_PLUGIN_APPLY', details: { plugin: 'one' } })
    expect(error.message).toMatch(/^The plugin one threw while it registered its parts: (?!\w*Error: )/)
    expect(error.message).toContain(reason)
  })
})

test('nothing can be added once the plugins have been registered', async () => {
  let kept: Registrar<OperatorDefinition> | undefined
  const registry = await register({
    name: 'one',
    apply: (hooks) => hooks.operators.tap('one', (registrar) => void (kept = registrar)),
  })
  expect(await errorOf(() => kept?.add(operator('a.late')))).toMatchObject({
    code: 'MAESTRO_REGISTRY_SEALED',
    message: 'operator "a.late" was added after the registry was sealed.',
    hint: 'Add contributions inside the tap, not later.',
  })
  expect(registry.has('operators', 'a.late')).toBe(false)
})

test.each([
  ['operators', 'operator'],
  ['prompts', 'prompt'],
  ['servings', 'serving'],
  ['storages', 'storage'],
  ['vectorStores', 'vector store'],
  ['caches', 'cache'],
  ['executors', 'executor'],
  ['tableEngines', 'table engine'],
] as const)('%s: an unknown one, a second one and a late one are called %s', async (kind, singular) => {
  const registry = new Registry()
  expect(await errorOf(() => registry.get(kind, 'a.x', 'here'))).toMatchObject({
    message: `here: there is no ${singular} "a.x".`,
    hint: 'Known: none.',
  })
  const add = (plugin: string) => registry.registrar(kind, plugin).add({ name: 'a.x' } as never)
  add('one')
  expect(await errorOf(() => add('two'))).toMatchObject({ message: `Both one and two contribute ${singular} "a.x".` })
  registry.seal()
  expect((await errorOf(() => add('two'))).message).toBe(`${singular} "a.x" was added after the registry was sealed.`)
})

describe('an unknown name', () => {
  const unknown = async (name: string, announced: readonly string[] = []) => {
    const registry = new Registry(new Map([['servings', announced]]))
    registry.registrar('servings', 'p').add({ name: 'acme.chat' } as never)
    return errorOf(() => registry.seal().get('servings', name, 'servings.default'))
  }

  test('the error names the place and the known names', async () => {
    expect(await unknown('far.away')).toMatchObject({
      code: 'MAESTRO_REGISTRY_UNKNOWN',
      message: 'servings.default: there is no serving "far.away".',
      hint: 'Known: acme.chat.',
    })
  })

  test('a name is compared with those of loaded plugins and of plugins that are not loaded', async () => {
    expect((await unknown('acme.caht')).hint).toBe('Did you mean "acme.chat"? Known: acme.chat.')
    expect((await unknown('other.chta', ['other.chat', 'acme.chat', 'a.chat'])).hint).toBe(
      'Did you mean "other.chat"? Known: a.chat, acme.chat, other.chat.',
    )
  })

  test('of an official prefix names the package, unless that is there', async () => {
    expect((await unknown('openai.chat')).hint).toContain(
      'It is in @maestro-dataflow/plugin-openai: npm install @maestro-dataflow/plugin-openai and add it to `plugins`, or run `maestro plugin add @maestro-dataflow/plugin-openai`.',
    )
    expect((await unknown('openai.chta', ['openai.chat'])).hint).not.toContain('npm install')
  })
})
