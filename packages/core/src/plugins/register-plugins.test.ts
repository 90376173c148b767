import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf } from '../__fixtures__/project-folder.js'
import { createLogger } from '../builtin/logger.js'
import { Redactor } from '../builtin/redactor.js'
import type { MaestroHooks, Registrar } from '../contracts/hooks.js'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { PluginContext, PluginManifest } from '../contracts/plugin.js'
import { defineOperator } from '../define/define-operator.js'
import { definePlugin } from '../define/define-plugin.js'
import { createLifecycleHooks } from '../hooks/create-hooks.js'
import { discoverPlugins } from './discover-plugins.js'
import { loadPlugins } from './load-plugins.js'
import { registerPlugins } from './register-plugins.js'
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
async function register(...plugins: Parameters<typeof definePlugin>[0][]) {
  const configured = await discoverPlugins(plugins.map(definePlugin), '/project')
  const logger = createLogger({ level: 'info', redactor: new Redactor(), write: (line) => lines.push(line) })
  const loaded = await loadPlugins(configured, () => undefined)
  return registerPlugins(loaded, { hooks: createLifecycleHooks(), logger, directory: '/project', configured })
}

test('what plugins add is found by kind and name, with who brought it', async () => {
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
  const configured = await discoverPlugins(
    [definePlugin({ name: 'one', apply: (_hooks, context) => void (got = context) })({ loud: true })],
    '/project',
  )
  const logger = createLogger({ level: 'info', redactor: new Redactor(), write: (line) => lines.push(line) })
  const loaded = await loadPlugins(configured, () => undefined)
  registerPlugins(loaded, { hooks: createLifecycleHooks(), logger, directory: '/project', configured })
  expect(got).toMatchObject({ options: { loud: true }, directory: '/project' })
  got?.logger.info('ready')
  expect(lines.at(-1)).toBe('info: ready plugin=one')
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
    hint: expect.stringContaining('into step'),
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
      'undefined',
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

  test('says where it stands and what is known', async () => {
    expect(await unknown('far.away')).toMatchObject({
      code: 'MAESTRO_REGISTRY_UNKNOWN',
      message: 'servings.default: there is no serving "far.away".',
      hint: 'Known: acme.chat.',
    })
  })

  test('is compared with what is there and what plugins not loaded would bring', async () => {
    expect((await unknown('acme.caht')).hint).toBe('Did you mean "acme.chat"? Known: acme.chat.')
    expect((await unknown('other.chta', ['other.chat', 'acme.chat', 'a.chat'])).hint).toBe(
      'Did you mean "other.chat"? Known: a.chat, acme.chat, other.chat.',
    )
  })

  test('of an official prefix names the package, unless that is there', async () => {
    expect((await unknown('openai.chat')).hint).toContain(
      'It is in @maestro-dataflow/plugin-openai: npm install @maestro-dataflow/plugin-openai and add it to `plugins`.',
    )
    expect((await unknown('openai.chta', ['openai.chat'])).hint).not.toContain('npm install')
  })
})
