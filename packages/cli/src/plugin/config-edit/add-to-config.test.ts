import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { addToConfig } from './add-to-config.js'
import { addToData } from './data-config.js'
import { addToScript } from './script-config.js'

const name = '@acme/plugin-x'

describe('TypeScript and JavaScript', () => {
  test.each([
    ['one line', "export default defineConfig({ plugins: ['a'], run: {} })", "plugins: ['a', '@acme/plugin-x'], run"],
    ['a trailing comma in a line', "export default { plugins: ['a',] }", "['a', '@acme/plugin-x']"],
    ['no plugin yet', 'export default { plugins: [] }', "plugins: ['@acme/plugin-x'] }"],
    [
      'lines',
      "export default defineConfig({\n  plugins: [\n    'a',\n    'b', // why b\n    // more to come\n  ],\n})",
      "    'b', // why b\n    '@acme/plugin-x',\n    // more to come\n  ],",
    ],
    [
      'lines without a comma at the end',
      "export default {\n\tplugins: [\n\t\t'a',\n\t\t['b', { x: 1 }] // why, b\n\t],\n}",
      "\t\t['b', { x: 1 }], // why, b\n\t\t'@acme/plugin-x'\n\t],",
    ],
    ['a bracket in the last line', "export default { plugins: [\n  'a',\n  'b'] }", "  'b',\n  '@acme/plugin-x'] }"],
    ['Windows', "export default {\r\n  plugins: [\r\n    'a',\r\n  ],\r\n}", "'a',\r\n    '@acme/plugin-x',\r\n  ],"],
    ['double quotes', 'import fs from "fs"\nexport default { plugins: [fs] }', '[fs, "@acme/plugin-x"]'],
    [
      'no list',
      'export default defineConfig({\n  // mine\n  run: {},\n})',
      "{\n  plugins: ['@acme/plugin-x'],\n  // mine",
    ],
    ['an empty config', 'export default defineConfig({})', "defineConfig({ plugins: ['@acme/plugin-x'] })"],
    ['a list in a line beside others', 'export default { run: {} }', "{ plugins: ['@acme/plugin-x'], run: {} }"],
    [
      'names and types',
      "const list: readonly string[] = ['ö漢'] as const\nconst config = { plugins: list } satisfies Config<'漢'>\nexport default config",
      "= ['ö漢', '@acme/plugin-x'] as const\n",
    ],
    [
      'Windows without a list',
      'export default defineConfig({\r\n  run: {},\r\n})',
      "{\r\n  plugins: ['@acme/plugin-x'],\r\n  run",
    ],
    [
      'a type of the whole',
      "export default { plugins: ['a'] } satisfies MaestroConfig",
      "['a', '@acme/plugin-x'] } sat",
    ],
    ['a shorthand', "export const plugins = [\n\t'a'\n]\nexport default { plugins }", "'a',\n\t'@acme/plugin-x'\n]"],
    ['a comment alone', 'export default { plugins: [\n  // none yet, but soon\n] }', "['@acme/plugin-x'\n  // none"],
    ['a spread of an object before it', "export default { ...base, plugins: ['a'] }", "['a', '@acme/plugin-x']"],
    [
      'elements of several lines',
      "export default { plugins: [\n  ['a', {\n    x: [1],\n  }],\n] }",
      "  }],\n  '@acme/plugin-x',\n]",
    ],
    ['several in a line', "export default { plugins: [\n  'a', 'b',\n  'c', 'd'\n] }", "'d',\n  '@acme/plugin-x'\n]"],
    ['the quotes of the list', `export default { plugins: ["a"] }`, '["a", "@acme/plugin-x"]'],
    ['CommonJS', "module.exports = defineConfig({ plugins: ['a'] })", "['a', '@acme/plugin-x']"],
    [
      'CommonJS with a name',
      'const c = {\n  run: {},\n}\nmodule.exports = c',
      "{\n  plugins: ['@acme/plugin-x'],\n  run",
    ],
    ['an export by name', "const c = { plugins: ['a'] }\nexport { c as default }", "['a', '@acme/plugin-x']"],
    ['a mark at the start of the file', "\uFEFFexport default { plugins: ['a'] }", "['a', '@acme/plugin-x']"],
    ['a spread', "export default { plugins: [...base, './own.ts'] }", "[...base, './own.ts', '@acme/plugin-x']"],
  ])('%s', async (_what, text, part) => {
    const changed = (await addToScript(text, name)) ?? ''
    expect(changed).toContain(part)
    expect(await addToScript(changed, name)).toBe(changed)
  })

  test.each([
    'export default makeConfig',
    'export default { plugins: listOf("a") }',
    'export default { plugins: base.concat("a") }',
    'export default () => ({ plugins: [] })',
    'export const plugins = []',
    'export default {',
    'export default { ...base }',
    "export default { plugins: ['a'], ...base }",
    "export default { ['plugins']: ['a'] }",
    'export default { get plugins() { return [] } }',
    'export default async () => ({ plugins: [] })',
    'module.exports.plugins = []',
    "exports['default'] = { plugins: [] }",
    'export { plugins as default } from "./other.js"',
    'export default function config() { return { plugins: [] } }',
    'export default class { plugins = [] }',
  ])('what cannot be edited safely is left: %s', async (text) => {
    expect(await addToScript(text, name)).toBeUndefined()
  })

  test.each([
    `export default { plugins: [['${name}', { a: 1 }]] }`,
    `export default { plugins: [\`${name}\`] }`,
    `import x from '${name}'\nexport default { plugins: [x] }`,
    `import { x } from '${name}'\nexport default { plugins: [x({ a: 1 })] }`,
    `const base = ['${name}']\nexport default { plugins: [...base, 'b'] }`,
  ])('a plugin that is listed in another way counts as listed: %s', async (text) => {
    expect(await addToScript(text, name)).toBe(text)
  })
})

describe('JSON and YAML', () => {
  test.each([
    ['{ "plugins": ["a"] }', '{ "plugins": ["a", "@acme/plugin-x"] }'],
    [
      '{\n  "plugins": [\n    "a"\n  ],\n  "x": 1\n}',
      '{\n  "plugins": [\n    "a",\n    "@acme/plugin-x"\n  ],\n  "x": 1\n}',
    ],
    ['{\n  "run": {}\n}\n', '{\n  "plugins": ["@acme/plugin-x"],\n  "run": {}\n}\n'],
    ['{}', '{ "plugins": ["@acme/plugin-x"] }'],
    ['plugins:\n  - a # why\n\nrun: {}\n', "plugins:\n  - a # why\n  - '@acme/plugin-x'\n\nrun: {}\n"],
    ['plugins: [a]\n', "plugins: [a, '@acme/plugin-x']\n"],
    ['# mine\nrun: {}\n', "# mine\nplugins:\n  - '@acme/plugin-x'\nrun: {}\n"],
    ['plugins:\r\n  - a\r\nrun: {}\r\n', "plugins:\r\n  - a\r\n  - '@acme/plugin-x'\r\nrun: {}\r\n"],
    ['# mine\r\nrun: {}\r\n', "# mine\r\nplugins:\r\n  - '@acme/plugin-x'\r\nrun: {}\r\n"],
    ['plugins:\n- a\n- - b\n  - x: 1\n', "plugins:\n- a\n- - b\n  - x: 1\n- '@acme/plugin-x'\n"],
  ])('%j', async (text, expected) => {
    expect(await addToData(text, name)).toBe(expected)
    expect(await addToData(expected, name)).toBe(expected)
  })

  test('a config in package.json', async () => {
    const text = '{\n  "name": "x",\n  "maestro-dataflow": { "plugins": [] }\n}\n'
    expect(await addToData(text, name, ['maestro-dataflow'])).toBe(text.replace('[]', `["${name}"]`))
  })

  test.each(['plugins: all\n', '[1]', '{ "plugins": '])('what cannot be edited is left: %j', async (text) => {
    expect(await addToData(text, name)).toBeUndefined()
  })
})

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-config-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is replaced when it changes, and stays when it cannot be edited', async () => {
    const path = join(folder, 'maestro.config.ts')
    writeFileSync(path, 'export default { plugins: [] }')
    expect(await addToConfig(path, name)).toBe(true)
    expect(await addToConfig(path, name)).toBe(false)
    expect(readFileSync(path, 'utf8')).toBe(`export default { plugins: ['${name}'] }`)
    writeFileSync(path, 'export default made()')
    await expect(addToConfig(path, name)).rejects.toMatchObject({
      code: 'MAESTRO_CLI_PLUGIN_CONFIG',
      hint: expect.stringContaining(`'${name}'`),
    })
    expect(readFileSync(path, 'utf8')).toBe('export default made()')
  })
})
