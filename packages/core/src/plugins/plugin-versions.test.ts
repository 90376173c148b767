// Plugins that were made for another version of core, or in another way than this repository's.
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { definePlugin } from '../define/define-plugin.js'
import { maestro } from '../maestro.js'
import { coreVersion, otherCore } from './core-version.js'
import { discoverPlugins } from './discover-plugins.js'

const code = (name: string) => `export default { name: '${name}', apply() {} }`
const packed = (fields: object, text = code('maestro-plugin-a')) =>
  new ProjectFolder({
    'node_modules/maestro-plugin-a/package.json': { name: 'maestro-plugin-a', type: 'module', ...fields },
    'node_modules/maestro-plugin-a/index.js': text,
  })
const notesOf = async (project: ProjectFolder) =>
  (await discoverPlugins(['maestro-plugin-a'], project.path)).flatMap(({ notes }) => notes)

/** Installs core and zod, as npm would. */
function installCore(project: ProjectFolder): void {
  const root = join(import.meta.dirname, '../../../..')
  mkdirSync(project.file('node_modules/@maestro-dataflow'), { recursive: true })
  symlinkSync(join(root, 'packages/core'), project.file('node_modules/@maestro-dataflow/core'), 'junction')
  symlinkSync(join(root, 'node_modules/zod'), project.file('node_modules/zod'), 'junction')
}

describe('a manifest of a later minor version', () => {
  const later = {
    apiVersion: 1,
    schedules: { hourly: 'x' },
    contributes: { operators: {}, exporters: { 'a.x': 'Something new' } },
    permissions: { hosts: [], gpu: true },
  }

  test('is read, and a note names each key that is not known', async () => {
    const notes = await notesOf(packed({ maestro: later }))
    expect(notes.map((note) => /"([^"]+)"/.exec(note)?.[1])).toEqual([
      'schedules',
      'contributes.exporters',
      'permissions.gpu',
    ])
    const [plugin] = await discoverPlugins([definePlugin({ name: 'b', manifest: later as never })], '.')
    expect(plugin).toMatchObject({ manifest: { apiVersion: 1, permissions: { hosts: [] } }, notes })
  })

  test('a key that is probably misspelt is named in the right spelling', async () => {
    expect(await notesOf(packed({ maestro: { apiVersion: 1, permission: {} } }))).toEqual([
      expect.stringContaining('Did you mean "permissions"?'),
    ])
  })

  test('the notes are in the log when the plugin is loaded', async () => {
    const project = packed({ maestro: { ...later, startup: true, contributes: {} } })
    const lines: string[] = []
    const write = process.stderr.write.bind(process.stderr)
    process.stderr.write = ((text: string) => lines.push(text) > 0) as typeof process.stderr.write
    try {
      const opened = maestro({ directory: project.path, plugins: ['maestro-plugin-a'] })
      await opened.contributionsOf('maestro-plugin-a')
      await opened.dispose()
    } finally {
      process.stderr.write = write
    }
    expect(lines.join('')).toContain('permissions.gpu')
  })
})

describe('the versions of core in the peer dependencies', () => {
  test.each([
    ['>=0.1.0 <1.0.0', '0.1.0'],
    ['>=0.1.0 <1.0.0', '0.2.0'],
    ['>=0.1.0 <1.0.0', '0.3.0-next.1'],
    ['workspace:*', '0.1.0'],
    [undefined, '0.1.0'],
  ])('%s fits %s', async (range, version) => expect(await otherCore(range, version)).toBeUndefined())

  test.each([
    ['>=0.1.0 <1.0.0', '1.0.0'],
    ['>=0.3.0', '0.2.9'],
    ['^0.1.0', '0.2.0'],
  ])('%s does not fit %s', async (range, version) =>
    expect(await otherCore(range, version)).toBe(
      `It was made for @maestro-dataflow/core ${range}, but ${version} is installed.`,
    ),
  )

  test('another version is a note, and the reason in the hint when the plugin cannot be loaded', async () => {
    const fields = { maestro: { apiVersion: 1 }, peerDependencies: { '@maestro-dataflow/core': '>=9.0.0' } }
    const made = `It was made for @maestro-dataflow/core >=9.0.0, but ${coreVersion()} is installed.`
    expect(await notesOf(packed(fields))).toEqual([made])
    const broken = packed(fields, "import { defineLater } from '@maestro-dataflow/core'\nexport default defineLater()")
    installCore(broken)
    const [plugin] = await discoverPlugins(['maestro-plugin-a'], broken.path)
    expect(await errorOf(() => plugin?.load())).toMatchObject({
      code: 'MAESTRO_PLUGIN_LOAD',
      message: expect.stringContaining('defineLater'),
      hint: expect.stringContaining(made),
    })
  })
})

const built = readdirSync(join(import.meta.dirname, '__fixtures__')).filter((name) => name.startsWith('plugin-'))

test.each(built)('%s, built for an earlier version, is loaded and works', async (name) => {
  const project = new ProjectFolder()
  installCore(project)
  cpSync(join(import.meta.dirname, '__fixtures__', name), project.file('node_modules/maestro-plugin-built-for-0-1'), {
    recursive: true,
  })
  const opened = maestro({
    directory: project.path,
    plugins: [['maestro-plugin-built-for-0-1', { mark: '.' }]],
    executor: 'old.pool',
    servings: { default: { use: 'old.echo' } as never },
    run: { checks: 'strict' },
    logLevel: 'silent',
  })
  const [plugin] = await opened.plugins()
  expect(plugin?.notes).toEqual([])
  const { steps, rejects } = await opened.preview(
    {
      name: 'old',
      source: { use: 'old.list', options: {} },
      steps: [{ id: 'shorten', input: 'source', use: 'old.shorten', options: { input: 'text', length: 6 } }],
      sinks: [],
    } as never,
    3,
  )
  expect(steps.at(-1)?.rows.map(({ row }) => row)).toEqual([
    { text: 'a long story', short: 'a long.' },
    { text: 'short', short: 'short.' },
  ])
  expect(rejects).toMatchObject([{ id: 'b', error: { code: 'OLD_NOT_A_TEXT' } }])
  const serving = await opened.serving('default', 'llm')
  expect((await serving.generate({ messages: [{ role: 'user', content: 'hi' }] })).text).toBe('hi')
  await opened.dispose()
})

describe('a plugin in CommonJS, as tsc writes it', () => {
  const source = `
    import { definePlugin, defineOperator } from '@maestro-dataflow/core'
    const up = defineOperator({ name: 'a.up', kind: 'map', options: {}, adds: {}, create: () => (row) => row })
    export default definePlugin({ name: 'maestro-plugin-a', operators: [up] })`
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  })
  const contributes = { operators: { 'a.up': '' } }
  const entries = {
    'main, without its ending': { main: 'lib/index' },
    'a folder as main': { main: './lib' },
    'exports for require alone': { exports: { '.': { require: './lib/index.js' } } },
    'exports with types first': { exports: { '.': { types: './x.d.ts', require: './lib/index.js' } } },
  }

  test.each(Object.entries(entries))('%s', async (_what, entry) => {
    expect(outputText).toContain('exports.default =')
    const project = new ProjectFolder({
      'node_modules/maestro-plugin-a/package.json': {
        name: 'maestro-plugin-a',
        maestro: { apiVersion: 1, contributes },
        ...entry,
      },
      'node_modules/maestro-plugin-a/lib/index.js': outputText,
      'plugins/own.cjs': outputText.replaceAll('maestro-plugin-a', 'own').replaceAll('a.up', 'own.up'),
    })
    installCore(project)
    const opened = maestro({ directory: project.path, plugins: ['maestro-plugin-a', './plugins/own.cjs'] })
    expect((await opened.contributionsOf('maestro-plugin-a')).map(({ name }) => name)).toEqual(['a.up'])
    expect((await opened.contributionsOf('own')).map(({ name }) => name)).toEqual(['own.up'])
    await opened.dispose()
  })
})

describe('a name that is not installed', () => {
  const hintFor = async (name: string, files: Readonly<Record<string, string | object>> = {}) =>
    (await errorOf(() => discoverPlugins([name], new ProjectFolder(files).path))).hint ?? ''

  test.each([
    '@maestro-dataflow/plugin-tabel',
    '@maestro-dataflow/plugin-fss',
    '@maestro-datflow/plugin-ai',
    'maestro-plugin-wisper',
    'left-pad-of-mine',
    '@maestro-dataflow/plugin-of-nobody',
  ])('no command installs %s', async (name) => {
    const hint = await hintFor(name, { 'node_modules/maestro-plugin-whisper/package.json': {} })
    expect(hint).not.toContain(`npm install ${name}`)
    expect(hint).not.toBe('')
  })

  test('the right name is in the command, and only if it is not installed either', async () => {
    expect(await hintFor('@maestro-dataflow/plugin-tabel')).toContain('npm install @maestro-dataflow/plugin-table.')
    const whisper = { 'node_modules/maestro-plugin-whisper/package.json': {} }
    const hint = await hintFor('maestro-plugin-wisper', whisper)
    expect(hint).toContain('Did you mean "maestro-plugin-whisper"?')
    expect(hint).not.toContain('npm install')
    expect(await hintFor('@maestro-dataflow/plugin-table')).toBe(
      'Install it: npm install @maestro-dataflow/plugin-table',
    )
  })
})
