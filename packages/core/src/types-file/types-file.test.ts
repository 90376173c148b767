import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { discoverPlugins } from '../plugins/discover-plugins.js'
import { projectTypes } from './project-types.js'
import { renderTypesFile } from './render-types-file.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-types-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, content: string | object): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
}

async function typesOf(plugins: readonly string[], names: { servings?: object; vectorStores?: object } = {}) {
  const config = { directory: folder, servings: {}, vectorStores: {}, storages: {}, ...names }
  return projectTypes(config as never, await discoverPlugins(plugins, folder))
}

const plugin = (name: string, operators: readonly string[]) =>
  `export default { name: '${name}', manifest: { apiVersion: 1, contributes: { operators: ${JSON.stringify(
    Object.fromEntries(operators.map((operator) => [operator, 'x'])),
  )} } }, apply() {} }\n`
const operator = (name: string) => `{ name: '${name}', kind: 'map', options: {}, create: () => (row) => row }`

describe('packages', () => {
  const installed = (name: string, more: object) => {
    write(`node_modules/${name}/package.json`, { name, version: '1.0.0', maestro: { apiVersion: 1 }, ...more })
    write(`node_modules/${name}/dist/index.js`, 'throw new Error("its code must not run")')
  }

  test.each([
    [
      'the types condition of exports',
      { exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } } },
    ],
    ['nested conditions', { exports: { import: { types: './dist/index.d.ts' }, default: './dist/index.js' } }],
    ['declarations beside the entry', { exports: './dist/index.js' }],
    ['the field types', { types: 'dist/index.d.ts', main: 'dist/index.js' }],
    ['declarations beside main', { main: 'dist/index.js' }],
  ])('are imported by name: %s', async (_, manifest) => {
    installed('typed', manifest)
    write('node_modules/typed/dist/index.d.ts', '')
    expect((await typesOf(['typed'])).modules).toEqual(['typed'])
  })

  test.each([
    ['no declarations', { exports: './dist/index.js' }],
    ['only of another entry', { exports: { '.': './dist/index.js', './more': { types: './more.d.ts' } } }],
    ['named and not there', { exports: { types: './dist/index.d.ts', default: './dist/index.js' } }],
  ])('are left out without types: %s', async (_, manifest) => {
    installed('untyped', manifest)
    write('node_modules/untyped/more.d.ts', '')
    expect((await typesOf(['untyped'])).modules).toEqual([])
  })
})

describe('packages that declare no types of their contributions', () => {
  const contributes = {
    operators: { 'acme.trim': 'x', 'acme.cut': 'x', 'acme.hidden': 'x' },
    prompts: { 'acme.ask': 'x' },
    storages: { 'acme.rows': 'x' },
  }
  const typed = (type: string, name: string) => `import("@maestro-dataflow/core").${type}Definition<"${name}", {}>`
  const acme = (entry: string, others: Readonly<Record<string, string>> = {}) => {
    write('node_modules/acme/package.json', {
      ...{ name: 'acme', version: '1.0.0', maestro: { apiVersion: 1, contributes } },
      exports: { types: './dist/index.d.ts', default: './dist/index.js' },
    })
    write('node_modules/acme/dist/index.js', 'throw new Error("its code must not run")')
    for (const [path, text] of Object.entries({ 'index.d.ts': entry, ...others }))
      write(`node_modules/acme/dist/${path}`, text)
    return typesOf(['acme'])
  }
  const found = [
    { kind: 'operators', name: 'acme.trim', module: 'acme', exportName: 'trim' },
    { kind: 'operators', name: 'acme.cut', module: 'acme', exportName: 'cutOff' },
    { kind: 'prompts', name: 'acme.ask', module: 'acme', exportName: 'ask' },
    { kind: 'storages', name: 'acme.rows', module: 'acme', exportName: 'rows' },
  ]

  test('are registered by what their entry exports, from files of a build', async () => {
    const entry = `export { trim } from './operators/trim.js'
export { cut as cutOff, type Cut } from './operators/cut.js'
export * from './more.js'
/** export declare const hidden: ${typed('Operator', 'acme.hidden')}; */
export { default } from './plugin.js'`
    const types = await acme(entry, {
      'operators/trim.d.ts': `export declare const trim: ${typed('Operator', 'acme.trim')};`,
      'operators/cut.d.ts': `export declare const cut: ${typed('Operator', 'acme.cut')};\nexport type Cut = 1`,
      'more.d.ts': `import type { rows } from './rows'\nexport { rows }
export declare const ask: ${typed('Prompt', 'acme.ask')};\nexport * from './index.js'`,
      'rows.d.ts': `export declare const rows: ${typed('Storage', 'acme.rows')};`,
      'plugin.d.ts': `declare const hidden: ${typed('Operator', 'acme.hidden')};\nexport default hidden`,
    })
    expect(types).toMatchObject({ modules: ['acme'], definitions: found, untyped: ['acme.hidden'] })
  })

  test('are registered from the one file of a bundler', async () => {
    const types = await acme(`import * as core from '@maestro-dataflow/core';
declare const trim: core.OperatorDefinition<"acme.trim", {}>;
declare const cut: core.OperatorDefinition<"acme.cut", {}>;
declare const ask: core.PromptDefinition<"acme.ask", {}>;
declare const rows: core.StorageDefinition<"acme.rows", {}>;
declare const hidden: core.OperatorDefinition<"acme.hidden", {}>;
export { trim, cut as cutOff, ask, rows, hidden as default };`)
    expect(types).toMatchObject({ definitions: found, untyped: ['acme.hidden'] })
  })

  test('and those that declare them are only imported', async () => {
    const types = await acme("import type {} from './registered.js'", {
      'registered.d.ts': "declare module '@maestro-dataflow/core' {}",
    })
    expect(types).toMatchObject({ modules: ['acme'], definitions: [], untyped: [] })
  })
})

describe('file plugins', () => {
  test('one that declares its types is imported by its path', async () => {
    write('plugins/own.ts', `declare module '@maestro-dataflow/core' {}\n${plugin('own', ['own.a'])}`)
    expect(await typesOf(['./plugins/own.ts'])).toMatchObject({
      modules: ['./plugins/own.ts'],
      definitions: [],
      untyped: [],
    })
  })

  test('types may be declared in a file that it imports, through a circle too', async () => {
    write('plugins/deep.ts', `import './one.ts'\nexport const a = ${operator('deep.a')}\n${plugin('deep', ['deep.a'])}`)
    write('plugins/one.ts', "import type {} from './two.ts'\nimport type {} from './deep.ts'\n")
    write('plugins/two.ts', 'declare module "@maestro-dataflow/core" {}')
    expect(await typesOf(['./plugins/deep.ts'])).toMatchObject({ modules: ['./plugins/deep.ts'], definitions: [] })
  })

  test('a JavaScript one has types only with declarations beside it', async () => {
    write('bare.js', plugin('bare', ['bare.a']))
    write('typed.js', plugin('typed', ['typed.a']))
    write('typed.d.ts', "declare module '@maestro-dataflow/core' {}")
    expect(await typesOf(['./bare.js', './typed.js'])).toMatchObject({ modules: ['./typed.js'], untyped: ['bare.a'] })
  })

  test('operators take their types from definitions that are exported; others are named', async () => {
    write(
      'plugins/three.ts',
      `export const first = ${operator('three.first')}
       const second = ${operator('three.second')}
       const third = ${operator('three.third')}
       export { third as default_, second as 'not a name' }
       export const other = ${operator('other')}
       ${plugin('three', ['three.first', 'three.second', 'three.third'])}`,
    )
    expect(await typesOf(['./plugins/three.ts'])).toMatchObject({
      modules: [],
      definitions: [
        { kind: 'operators', name: 'three.first', module: './plugins/three.ts', exportName: 'first' },
        { kind: 'operators', name: 'three.third', module: './plugins/three.ts', exportName: 'default_' },
      ],
      untyped: ['three.second'],
    })
  })
})

test('servings and stores go by their names, with their kinds', async () => {
  const { servings, vectorStores } = await typesOf([], {
    servings: { default: { use: 'local.chat', model: 'x', apiKey: 'secret' }, mine: { kind: 'llm', name: 'mine' } },
    vectorStores: { kb: { use: 'lance.vectors' } },
  })
  expect({ servings, vectorStores }).toEqual({
    servings: { default: 'local.chat', mine: undefined },
    vectorStores: { kb: 'lance.vectors' },
  })
})

describe('the text', () => {
  const nothing = { modules: [], definitions: [], servings: {}, vectorStores: {}, storages: {}, contributed: undefined }

  test('has a line for each thing', () => {
    const definitions = [
      { kind: 'operators', name: 'text.shout', module: './plugins/shout.ts', exportName: 'shout' },
      { kind: 'prompts', name: 'text.ask', module: 'acme', exportName: 'ask' },
    ] as const
    expect(
      renderTypesFile({
        modules: ['./plugins/own.ts', 'zzz', '@maestro-dataflow/plugin-fs', '@aaa/plugin'],
        definitions,
        servings: { default: 'local.chat', mine: undefined },
        vectorStores: { kb: 'lance.vectors' },
        storages: { orders: 'fs.file' },
        contributed: undefined,
      }),
    ).toBe(`// Generated by \`maestro types\` from the config: the contributions of its plugins, and its names. Do not edit it. You may commit it.
import type {} from '@aaa/plugin'
import type { ConfiguredStorage } from '@maestro-dataflow/core'
import type {} from '@maestro-dataflow/plugin-fs'
import type {} from 'zzz'
import type {} from './plugins/own.ts'

declare module '@maestro-dataflow/core' {
  interface Operators {
    'text.shout': typeof import('./plugins/shout.ts').shout
  }
  interface Prompts {
    'text.ask': typeof import('acme').ask
  }
  interface ServingNames {
    default: 'local.chat'
    mine: unknown
  }
  interface VectorStoreNames {
    kb: 'lance.vectors'
  }
  interface Storages {
    orders: ConfiguredStorage<'fs.file'>
  }
}
`)
  })

  test('of an empty project declares nothing', () => {
    expect(renderTypesFile(nothing)).not.toContain('declare module')
  })

  test.each(["it's", 'a "quoted" one', 'back\\slash', 'line\nend', '\\"', "\\'"])(
    'the name %j is one literal',
    async (name) => {
      const text = renderTypesFile({ ...nothing, servings: { [name]: undefined } })
      const literal = /interface ServingNames \{\n {4}(.*): unknown\n/.exec(text)?.[1]
      write('literal.mjs', `export default ${literal}`)
      expect((await import(pathToFileURL(join(folder, 'literal.mjs')).href)).default).toBe(name)
    },
  )
})

describe('names for the config', () => {
  const contributing = (name: string, contributes: object) => {
    write(
      `${name}.js`,
      `export default { name: '${name}', manifest: ${JSON.stringify({ apiVersion: 1, contributes })}, apply() {} }`,
    )
    return `./${name}.js`
  }

  test('those of all plugins, by kind', async () => {
    const types = await typesOf([
      contributing('one', { servings: { 'one.chat': 'x', 'one.embeddings': 'x' }, operators: { 'one.a': 'x' } }),
      contributing('two', { servings: { "it's": 'x' }, storages: { 'two.rows': 'x' } }),
    ])
    expect(renderTypesFile(types)).toContain(`  interface ContributedNames {
    servings: 'it\\'s' | 'one.chat' | 'one.embeddings'
    vectorStores: never
    storages: 'two.rows'
    caches: never
    limits: never
    executors: never
    tableEngines: never
  }
`)
  })

  test('none when a plugin does not say what it contributes', async () => {
    write('raw.js', "export default { name: 'raw', apply() {} }")
    const types = await typesOf([contributing('one', { servings: { 'one.chat': 'x' } }), './raw.js'])
    expect(types.contributed).toBeUndefined()
    expect(renderTypesFile(types)).not.toContain('ContributedNames')
  })
})
