import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  defineOperator,
  definePlugin,
  defineSink,
  defineStorage,
  type PluginDefinition,
  type Schema,
} from '@maestro-dataflow/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { casesWithoutFault, failedCases } from '../__fixtures__/failed-cases.js'
import { describePlugin } from '../vitest.js'
import { type PluginCase, pluginSuite } from './plugin-suite.js'

/** A schema of a library that knows no JSON Schema. */
const plain: Schema<object> = {
  '~standard': { version: 1, vendor: 'acme', validate: (value) => ({ value: value as object }) },
}

const operator = (
  name: string,
  options: Schema<object> = z.strictObject({ input: z.string() }),
  description = 'Does it',
) => defineOperator({ name, kind: 'map', description, options, adds: {}, create: () => (row) => row })

const plugin = (contributes: Readonly<Record<string, string>>, ...operators: ReturnType<typeof operator>[]) =>
  definePlugin({
    name: 'acme',
    manifest: { apiVersion: 1, contributes: { operators: contributes } },
    apply(hooks) {
      for (const one of operators) hooks.operators.tap('acme', (registry) => registry.add(one as never))
    },
  })

const described = { 'acme.do': 'Does it' }
describePlugin(plugin(described, operator('acme.do')))

/** A package on disk, whose code is a text. */
async function packaged(name: string, code: string): Promise<PluginDefinition> {
  const own = await mkdtemp(join(folder, 'package-'))
  const maestro = { apiVersion: 1, contributes: {} }
  const manifest = { name, version: '1.0.0', type: 'module', exports: './index.js', maestro }
  await writeFile(join(own, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(own, 'index.js'), code)
  return definePlugin({ name, manifest: pathToFileURL(join(own, 'package.json')), apply: () => undefined })
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-plugin-suite-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const faults: Readonly<
  Record<string, [fault: () => PluginDefinition | Promise<PluginDefinition>, ...cases: PluginCase[]]>
> = {
  'a thing that is not in the manifest': [
    () => plugin(described, operator('acme.do'), operator('acme.more')),
    'contributes exactly what its manifest lists',
  ],
  'a thing that is in the manifest only': [
    () => plugin({ ...described, 'acme.more': 'Does more' }, operator('acme.do')),
    'contributes exactly what its manifest lists',
  ],
  'what it adds only once': [
    () => {
      let applied = false
      return definePlugin({
        name: 'acme',
        manifest: { apiVersion: 1, contributes: { operators: described } },
        apply(hooks) {
          if (!applied) hooks.operators.tap('acme', (registry) => registry.add(operator('acme.do') as never))
          applied = true
        },
      })
    },
    'can be applied again in the same process',
  ],
  'a name of no plugin': [
    () => plugin({ do: 'Does it' }, operator('do')),
    'prefixes its contributions with its name: plugin.thing',
  ],
  'an empty line in the manifest': [
    () => plugin({ 'acme.do': ' ' }, operator('acme.do')),
    'describes all its contributions',
  ],
  'an empty description': [
    () => plugin(described, operator('acme.do', undefined, ' ')),
    'describes all its contributions',
  ],
  'options that give no JSON Schema': [
    () => plugin(described, operator('acme.do', plain)),
    'the options of its contributions can be shown as JSON Schema',
  ],
  'options of a sink that give no JSON Schema': [
    () =>
      definePlugin({
        name: 'acme',
        manifest: { apiVersion: 1, contributes: { storages: { 'acme.rows': 'Rows' } } },
        apply: (hooks) =>
          hooks.storages.tap('acme', (registry) =>
            registry.add(
              defineStorage({
                name: 'acme.rows',
                sink: defineSink({ options: plain, open: () => ({}) as never }),
              }),
            ),
          ),
      }),
    'the options of its contributions can be shown as JSON Schema',
  ],
  'an import that sets a global': [
    () => packaged('acme-global', 'globalThis.acme = 1'),
    'importing it changes nothing and opens nothing',
  ],
  'the namespace of another plugin': [
    () => plugin({ 'fs.do': 'Does it' }, operator('fs.do')),
    'prefixes its contributions with its name: plugin.thing',
  ],
  'a manifest with other words': [
    () => plugin({ 'acme.do': 'Does something else' }, operator('acme.do')),
    'describes all its contributions',
  ],
  ...Object.fromEntries(
    Object.entries({
      'a method to a prototype': 'Array.prototype.last = function () { return this.at(-1) }',
      'another method of a prototype': 'String.prototype.trim = String.prototype.trimEnd',
      'a method of fs': "import fs from 'node:fs'\nfs.existsSync = () => true",
      'a variable of the environment': "process.env.ACME = '1'",
      'a listener of the process': "process.on('exit', () => undefined)",
      'the console': 'console.log = () => undefined',
      'the exit code': 'process.exitCode = 0',
      'a file where it is': "import { writeFileSync } from 'node:fs'\nwriteFileSync('acme.log', 'x')",
      'a file in the home folder':
        "import fs from 'node:fs'\nimport os from 'node:os'\nfs.mkdirSync(os.homedir() + '/.acme')\nfs.writeFileSync(os.homedir() + '/.acme/id', 'x')",
      'a file in its own folder':
        "import { writeFileSync } from 'node:fs'\nwriteFileSync(new URL('cache.json', import.meta.url), 'x')",
    }).map(([what, code]): [string, [() => Promise<PluginDefinition>, PluginCase]] => [
      `an import that changes or adds ${what}`,
      [() => packaged('acme-changes', code), 'importing it changes nothing and opens nothing'],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries({
      'a random text as its version': "import { randomUUID } from 'node:crypto'\nexport const version = randomUUID()",
      'a draw': 'export default { name: "acme", quick: Math.random() < 0.5 }',
      'a random name in a list': 'export default { parts: [{ name: "acme." + Math.random().toString(36).slice(2) }] }',
      'the time of its import': 'export const since = new Date()',
      'the day of its import':
        'export default { description: "Rows of " + new Date(Date.now()).toISOString().slice(0, 10) }',
      'the month in the language of the machine':
        'export const month = new Intl.DateTimeFormat(undefined, { month: "long" }).format(new Date())',
      'its process': "export const name = 'acme-' + process.pid",
      'the folder of the process': "import { resolve } from 'node:path'\nexport const path = resolve('data')",
      'the name of the machine': "import { hostname } from 'node:os'\nexport const name = hostname()",
      'the processors of the machine':
        "import { availableParallelism } from 'node:os'\nexport default { concurrency: availableParallelism() }",
      'the user': "import { homedir } from 'node:os'\nexport const path = new URL(homedir() + '/.acme', 'file:')",
      'a variable of the environment':
        "const { ACME_URL = 'https://acme.example' } = process.env\nexport default { options: new Map([['url', ACME_URL]]) }",
      'a variable in what a schema shows':
        "const schema = { '~standard': { jsonSchema: { input: () => ({ default: process.env.ACME_MODEL ?? 'm' }) } } }\nexport default { options: schema }",
    }).map(([what, code]): [string, [() => Promise<PluginDefinition>, PluginCase]] => [
      `a package that shows ${what}`,
      [() => packaged('acme-shows', code), 'every process sees the same plugin'],
    ]),
  ),
  'a random description of what apply() adds': [
    () =>
      packaged(
        'acme-applied',
        `export default { name: 'acme-applied', manifest: { apiVersion: 1, contributes: { caches: { 'acme.cache': 'A cache' } } }, apply(hooks) {
          hooks.caches.tap('acme', (registry) => registry.add({ name: 'acme.cache', description: String(made), create: () => ({}) }))
        } }
        const made = Math.random()`,
      ),
    'every process sees the same plugin',
  ],
  'an import that opens a socket': [
    () => packaged('acme-socket', "import { createServer } from 'node:net'\ncreateServer().listen(0, '127.0.0.1')"),
    'importing it changes nothing and opens nothing',
  ],
  'an import that fails': [
    () => packaged('acme-missing', "import 'acme-is-not-here'"),
    'importing it changes nothing and opens nothing',
  ],
}

describe('the suite for plugins fails for', () => {
  test.each(Object.entries(faults))('%s', async (_, [fault, ...cases]) => {
    expect(await failedCases(pluginSuite(await fault()))).toEqual(expect.arrayContaining(cases))
  })

  test('each of its cases is failed by a planted fault, and a right package by none', async () => {
    const right = await packaged('acme-right', 'export default 1')
    expect(casesWithoutFault(pluginSuite(right), faults)).toEqual([])
    expect(await failedCases(pluginSuite(right))).toEqual([])
  })
})
