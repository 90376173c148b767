import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { env } from '../contracts/config.js'
import type { PluginManifest, PluginReference } from '../contracts/plugin.js'
import { definePlugin } from '../define/define-plugin.js'
import { discoverPlugins } from './discover-plugins.js'
import { loadPlugins } from './load-plugins.js'
import { orderPlugins } from './order-plugins.js'
import { selectPlugins } from './select-plugins.js'

const manifest = { apiVersion: 1 as const, contributes: { operators: { 'a.up': 'Upper case' } } }
const code = (name: string) => `export default { name: '${name}', apply() {} }`
const packed = (name: string, fields: object = {}, text = code(name)) => ({
  [`node_modules/${name}/package.json`]: { name, version: '1.2.3', type: 'module', maestro: manifest, ...fields },
  [`node_modules/${name}/index.js`]: text,
})
const discover = (project: ProjectFolder, ...plugins: PluginReference[]) => discoverPlugins(plugins, project.path)
const fail = async (project: ProjectFolder, ...plugins: PluginReference[]) =>
  errorOf(async () => loadPlugins(await discover(project, ...plugins), () => undefined))

describe('where plugins come from', () => {
  test('a package by name: its manifest is read, its code is not run before it is loaded', async () => {
    const project = new ProjectFolder(
      packed('maestro-plugin-a', {}, `globalThis.loadedA = true\n${code('maestro-plugin-a')}`),
    )
    const [plugin] = await discover(project, 'maestro-plugin-a')
    expect(plugin).toMatchObject({ name: 'maestro-plugin-a', version: '1.2.3', origin: 'package', manifest })
    expect(plugin?.path).toBe(project.file('node_modules/maestro-plugin-a'))
    expect(globalThis).not.toHaveProperty('loadedA')
    expect(await plugin?.load()).toMatchObject({ name: 'maestro-plugin-a' })
    expect(globalThis).toHaveProperty('loadedA')
  })

  test.each([
    ['main', { main: 'lib/start.js' }],
    ['exports as a text', { exports: './lib/start.js' }],
    ['exports by condition', { exports: { '.': { types: './x.d.ts', default: './lib/start.js' } } }],
    ['exports for import', { exports: { import: './lib/start.js', require: './index.js' } }],
  ])('a package that names its entry by %s, installed above the project', async (_what, fields) => {
    const project = new ProjectFolder({
      ...packed('@acme/plugin', fields, 'throw new Error("the wrong file")'),
      'node_modules/@acme/plugin/lib/start.js': code('acme'),
    })
    const [plugin] = await discoverPlugins(['@acme/plugin'], project.file('deep/inside'))
    expect(await plugin?.load()).toMatchObject({ name: 'acme' })
  })

  test.each(['./plugins/shout.ts', './plugins/shout.js'])('a file by its path, loaded at once: %s', async (path) => {
    const typed = path.endsWith('.ts') ? 'const version: 1 = 1' : 'const version = 1'
    const project = new ProjectFolder({
      [path]: `${typed}\nexport default { name: 'shout', manifest: { apiVersion: version }, apply() {} }`,
    })
    for (const reference of [path, project.file(path)]) {
      const [plugin] = await discover(project, reference)
      expect(plugin).toMatchObject({ name: 'shout', origin: 'file', path: project.file(path), version: undefined })
      expect(plugin?.manifest).toEqual({ apiVersion: 1 })
    }
  })

  test('one given in code, alone or with options, with its manifest in code or in its package.json', async () => {
    const project = new ProjectFolder({ 'package.json': { version: '3.0.0', maestro: manifest } })
    const plain = definePlugin({ name: 'plain', apply: () => undefined })
    const told = definePlugin({ name: 'told', manifest, apply: () => undefined })
    const url = pathToFileURL(project.file('package.json'))
    const packaged = definePlugin({ name: 'packaged', manifest: url, apply: () => undefined })
    expect(await discover(project, plain, told({ loud: true }), packaged)).toMatchObject([
      { name: 'plain', origin: 'inline', manifest: undefined, options: undefined },
      { name: 'told', origin: 'inline', manifest, options: { loud: true } },
      { name: 'packaged', origin: 'inline', manifest, version: '3.0.0', path: project.path },
    ])
  })
})

describe('options', () => {
  const schema = `
    const options = { '~standard': { version: 1, vendor: 'x', validate: (value) => Number.isInteger(value.threads)
      ? { value: { threads: value.threads, full: true } }
      : { issues: [{ message: 'expected a whole number', path: ['threads'] }] } } }
    export default { name: 'maestro-plugin-a', options, apply() {} }`

  test('are checked and filled in by the plugin’s own schema', async () => {
    const project = new ProjectFolder(packed('maestro-plugin-a', {}, schema))
    const [loaded] = await loadPlugins(await discover(project, ['maestro-plugin-a', { threads: 2 }]), () => undefined)
    expect(loaded?.options).toEqual({ threads: 2, full: true })
  })

  test('that are not valid are an error that names the plugin and the option', async () => {
    const project = new ProjectFolder(packed('maestro-plugin-a', {}, schema))
    const references: readonly [PluginReference, string][] = [
      [['maestro-plugin-a', { threads: 'x' }], 'threads: expected a whole number'],
      ['maestro-plugin-a', '`threads` is missing: expected a whole number'],
    ]
    for (const [reference, fault] of references) {
      expect(await fail(project, reference)).toMatchObject({
        code: 'MAESTRO_PLUGIN_OPTIONS',
        message: `The options of plugin maestro-plugin-a are not valid: ${fault}.`,
        hint: expect.stringContaining("['name', { ... }]"),
      })
    }
  })

  test('may come from the environment, and are secrets then', async () => {
    const project = new ProjectFolder()
    const plugin = definePlugin({ name: 'p', options: z.object({ key: z.string() }), apply: () => undefined })
    const secrets: string[] = []
    const given = plugin({ key: env('MAESTRO_TEST_NONE', 'hush-hush') } as never)
    const [loaded] = await loadPlugins(await discover(project, given), (secret) => secrets.push(secret))
    expect(loaded?.options).toEqual({ key: 'hush-hush' })
    expect(secrets).toEqual(['hush-hush'])
    expect(await fail(project, plugin({ key: env('MAESTRO_TEST_NONE') } as never))).toMatchObject({
      code: 'MAESTRO_CONFIG_ENV_MISSING',
      message: expect.stringContaining('MAESTRO_TEST_NONE, which the options of p.key needs'),
    })
  })
})

describe('a plugin that is not there', () => {
  test('a package: the hint says to check the name', async () => {
    const project = new ProjectFolder()
    const error = await fail(project, 'maestro-plugin-none')
    expect(error).toMatchObject({
      code: 'MAESTRO_PLUGIN_NOT_FOUND',
      hint: expect.stringContaining('Check the name'),
    })
    expect(error.message).toBe(`The plugin maestro-plugin-none was not found from ${project.path}.`)
  })

  test('a mistyped name, of an official plugin or of an installed package, is recognised', async () => {
    const project = new ProjectFolder({ ...packed('maestro-plugin-whisper'), 'node_modules/@file-not-folder': 'x' })
    const official = await fail(project, '@maestro-dataflow/plugin-tabel')
    expect(official.hint).toContain('Did you mean "@maestro-dataflow/plugin-table"?')
    expect((await fail(project, 'maestro-plugin-wisper')).hint).toContain('Did you mean "maestro-plugin-whisper"?')
  })

  test('a file: the hint speaks of the path', async () => {
    const error = await fail(new ProjectFolder(), './plugins/none.ts')
    expect(error).toMatchObject({
      code: 'MAESTRO_PLUGIN_NOT_FOUND',
      hint: expect.stringContaining('relative to the config file'),
    })
  })

  test('a path without ./ in front is recognised', async () => {
    const project = new ProjectFolder({ 'plugins/shout.js': code('shout') })
    expect((await fail(project, 'plugins/shout.js')).hint).toContain('Did you mean "./plugins/shout.js"?')
  })
})

describe('manifests', () => {
  test('missing in a package', async () => {
    const project = new ProjectFolder(packed('maestro-plugin-a', { maestro: undefined }))
    const error = await fail(project, 'maestro-plugin-a')
    expect(error).toMatchObject({ code: 'MAESTRO_PLUGIN_MANIFEST_MISSING', hint: expect.stringContaining('"maestro"') })
    expect(error.message).toContain(project.file('node_modules/maestro-plugin-a/package.json'))
  })

  test('a plugin in a file without a manifest or a list is applied to learn its contributions', async () => {
    const project = new ProjectFolder({ 'p.js': code('p') })
    const [plugin] = await discoverPlugins(['./p.js'], project.path)
    expect(plugin).toMatchObject({ name: 'p', origin: 'file', path: project.file('p.js'), manifest: undefined })
  })

  test('of a file follow from its lists', async () => {
    const core = new URL('../../lib/index.js', import.meta.url).href
    const project = new ProjectFolder({
      'p.js': `import { definePlugin } from '${core}'
        const echo = { name: 'p.echo', description: 'Says it back', kind: 'llm', options: {}, create: () => undefined }
        export default definePlugin({ name: 'p', servings: [echo] })`,
    })
    const [plugin] = await discoverPlugins(['./p.js'], project.path)
    expect(plugin?.manifest).toEqual({ apiVersion: 1, contributes: { servings: { 'p.echo': 'Says it back' } } })
  })

  test('a package.json that is not JSON is reported', async () => {
    const project = new ProjectFolder(packed('maestro-plugin-a'))
    project.write('node_modules/maestro-plugin-a/package.json', '{ "maestro": ')
    const error = await fail(project, 'maestro-plugin-a')
    expect(error.code).toBe('MAESTRO_PLUGIN_MANIFEST_INVALID')
    expect(error.message).toContain('package.json: ')
  })

  test.each([
    ['no object', 'yes', 'manifest: '],
    ['without a version', {}, 'apiVersion: '],
    ['with names as a list', { apiVersion: 1, contributes: { operators: ['x'] } }, 'contributes.operators: '],
    ['with a wrong permission', { apiVersion: 1, permissions: { hosts: 'all' } }, 'permissions.hosts: '],
  ])('malformed: %s', async (_what, given, issue) => {
    for (const [project, reference] of [
      [new ProjectFolder(packed('maestro-plugin-a', { maestro: given })), 'maestro-plugin-a'],
      [new ProjectFolder(), definePlugin({ name: 'b', manifest: given as PluginManifest, apply: () => undefined })],
    ] as const) {
      const error = await fail(project, reference)
      expect(error.code).toBe('MAESTRO_PLUGIN_MANIFEST_INVALID')
      expect(error.message).toContain(issue)
      expect(error.hint).toContain('docs/plugins.md')
    }
  })

  test.each([2, '1', 0])('of apiVersion %j', async (apiVersion) => {
    const project = new ProjectFolder(packed('maestro-plugin-a', { maestro: { ...manifest, apiVersion } }))
    expect(await fail(project, 'maestro-plugin-a')).toMatchObject({
      code: 'MAESTRO_PLUGIN_API_VERSION',
      message: `The plugin maestro-plugin-a is made for apiVersion ${apiVersion}; this version knows 1.`,
      hint: expect.stringContaining('Install a matching version of the plugin'),
    })
  })
})

test('one plugin twice: by name, with other options, or once in code', async () => {
  const project = new ProjectFolder(packed('maestro-plugin-a'))
  const inline = definePlugin({ name: 'maestro-plugin-a', apply: () => undefined })
  for (const again of ['maestro-plugin-a', ['maestro-plugin-a', { x: 1 }], inline] as PluginReference[]) {
    expect(await fail(project, 'maestro-plugin-a', again)).toMatchObject({
      code: 'MAESTRO_PLUGIN_DUPLICATE',
      message: 'The plugin maestro-plugin-a is in the config twice.',
    })
  }
})

describe('code that cannot be loaded', () => {
  test.each([
    ['throws', 'throw new Error("no licence")', 'no licence'],
    ['imports what is not there', 'import "./gone.js"', 'gone.js'],
  ])('a package or file that %s', async (_what, text, reason) => {
    const project = new ProjectFolder({ ...packed('maestro-plugin-a', {}, text), 'p.js': text })
    for (const name of ['maestro-plugin-a', './p.js']) {
      const error = await fail(project, name)
      expect(error.code).toBe('MAESTRO_PLUGIN_LOAD')
      expect(error.message).toContain(`The plugin ${name} could not be loaded: `)
      expect(error.message).toContain(reason)
      expect(error.cause).toBeInstanceOf(Error)
    }
  })

  test.each([
    'export const plugin = 1',
    'export default { name: "x" }',
    'export default { apply() {} }',
    'export default function plugin() {}',
    'export default class Plugin {}',
    'export default null',
  ])('no plugin: %s', async (text) => {
    const project = new ProjectFolder({ ...packed('maestro-plugin-a', {}, text), 'p.js': text })
    for (const name of ['maestro-plugin-a', './p.js']) {
      expect(await fail(project, name)).toMatchObject({
        code: 'MAESTRO_PLUGIN_NOT_A_PLUGIN',
        message: `The default export of ${name} is not a plugin.`,
        hint: expect.stringContaining('definePlugin({ name, apply })'),
      })
    }
  })

  test.each([[{}], [() => undefined], [{ plugin: { name: 'x' }, options: 1 }]])(
    'no plugin, given in code',
    async (given) => {
      expect((await fail(new ProjectFolder(), given as unknown as PluginReference)).code).toBe(
        'MAESTRO_PLUGIN_NOT_A_PLUGIN',
      )
    },
  )
})

describe('order and choice', () => {
  const inline = (name: string, requires: readonly string[] = []) =>
    definePlugin({ name, manifest: { apiVersion: 1, requires }, apply: () => undefined })
  const ordered = async (...plugins: PluginReference[]) => orderPlugins(await discover(new ProjectFolder(), ...plugins))

  test('a plugin comes after those it requires, else as in the config', async () => {
    const plugins = [inline('a', ['d', 'c']), inline('b'), inline('c', ['d']), inline('d')]
    expect((await ordered(...plugins)).map(({ name }) => name)).toEqual(['d', 'c', 'a', 'b'])
  })

  test('a required plugin that is not there', async () => {
    expect(await errorOf(() => ordered(inline('a', ['b'])))).toMatchObject({
      code: 'MAESTRO_PLUGIN_REQUIRES_MISSING',
      message: 'The plugin a needs the plugin b, which is not in the config.',
      hint: "Add 'b' to `plugins`.",
    })
  })

  test('plugins that require each other', async () => {
    const plugins = [inline('x', ['a']), inline('a', ['b']), inline('b', ['c']), inline('c', ['a'])]
    expect(await errorOf(() => ordered(...plugins))).toMatchObject({
      code: 'MAESTRO_PLUGIN_REQUIRES_CYCLE',
      message: 'The plugins a -> b -> c -> a require each other.',
    })
    expect(await errorOf(() => ordered(inline('a', ['a'])))).toMatchObject({ details: { plugins: ['a', 'a'] } })
  })

  test('packages are chosen by use, by start-up, and by requirement, and plugins in memory are always loaded', async () => {
    const project = new ProjectFolder({
      ...packed('by-name', { maestro: { ...manifest, requires: ['required'] } }),
      ...packed('required', { maestro: { apiVersion: 1, requires: ['far'] } }),
      ...packed('far', { maestro: { apiVersion: 1 } }),
      ...packed('eager', { maestro: { apiVersion: 1, startup: true } }),
      ...packed('watching', { maestro: { apiVersion: 1 } }),
      ...packed('unused', { maestro: { apiVersion: 1, contributes: { operators: { 'u.x': '' } } } }),
      ...packed('engine', { maestro: { apiVersion: 1, contributes: { tableEngines: { 'e.x': '' } } } }),
    })
    const all = [
      'by-name',
      'unused',
      'required',
      'far',
      'eager',
      'engine',
      ['watching', { level: 1 }] as const,
    ] as const
    const plugins = orderPlugins(await discover(project, ...all, inline('in-code')))
    const chosen = (names: Parameters<typeof selectPlugins>[1]) => selectPlugins(plugins, names).map(({ name }) => name)
    expect(chosen({})).toEqual(['eager', 'watching', 'in-code'])
    expect(chosen({ operators: new Set(['a.up']) })).toEqual([
      'far',
      'required',
      'by-name',
      'eager',
      'watching',
      'in-code',
    ])
    expect(chosen({ storages: new Set(['a.up']) })).toEqual(['eager', 'watching', 'in-code'])
    expect(chosen({ tableEngines: new Set() })).toEqual(['eager', 'engine', 'watching', 'in-code'])
    expect(chosen({ tableEngines: new Set(['other']) })).toEqual(['eager', 'watching', 'in-code'])
  })
})
