import { afterEach, expect, test, vi } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const code = (parts: string, options = '') => `
  import { defineOperator, definePlugin } from '@maestro-dataflow/core'
  import { z } from 'zod'
  export const up = defineOperator({
    name: 'loud.up', kind: 'map', description: 'Shouts', options: z.object({}), create: () => (row) => row,
  })
  const down = { ...up, name: 'loud.down', description: undefined }
  export default definePlugin({
    name: 'plugin-loud', manifest: new URL('./package.json', import.meta.url), ${options} ${parts} })`

// Each check packs the package and imports it in a process of its own.
vi.setConfig({ testTimeout: 120_000 })

let project: TemporaryProject
function pack(index: string, more: object = {}) {
  project = new TemporaryProject({
    'package.json': {
      name: 'plugin-loud',
      version: '1.0.0',
      type: 'module',
      exports: { types: './index.d.ts', default: './index.js' },
      files: ['index.js', 'index.d.ts'],
      peerDependencies: { '@maestro-dataflow/core': '>=0.1.0 <1.0.0' },
      ...more,
    },
    'index.js': index,
    'index.d.ts': "export declare const up: { name: 'loud.up' }\nexport default {}\n",
    'README.md': '# plugin-loud\n',
    LICENSE: 'MIT\n',
  })
}
afterEach(() => project.remove())

const written = () => JSON.parse(project.read('package.json'))
async function check(...parameters: readonly string[]) {
  const { code: exit, stdout } = await project.maestro('plugin', 'check', '--json', ...parameters)
  const { ok, checks } = JSON.parse(stdout) as {
    ok: boolean
    checks: { name: string; status: string; message: string; hint?: string }[]
  }
  expect(exit).toBe(ok ? 0 : 1)
  const of = (name: string) => checks.find((one) => one.name === name)
  return { ok, checks, of, faults: checks.filter(({ status }) => status !== 'ok') }
}

test('a package without a manifest gets one from the lists of its plugin, and then everything holds', async () => {
  pack(code('operators: [up]'))
  const { of } = await check()
  expect(of('manifest')).toMatchObject({ status: 'fail', hint: 'Write it with: maestro plugin check --write' })
  const after = await check('--write')
  expect(written().maestro).toEqual({ apiVersion: 1, contributes: { operators: { 'loud.up': 'Shouts' } } })
  expect(after.faults).toEqual([])
  expect(after.checks.map(({ message }) => message)).toContain('importing it changes nothing and opens nothing')
})

test('each difference of the manifest is a line; the rest and its descriptions stay', async () => {
  const operators = { 'loud.up': 'Whispers', 'loud.down': 'Calms', 'loud.gone': 'Was here' }
  const maestro = {
    apiVersion: 1,
    contributes: { operators, prompts: { 'loud.prompt': 'Asks' } },
    permissions: { native: true },
  }
  pack(code('operators: [up, down]'), { maestro })
  const before = project.read('package.json')
  expect((await check()).of('manifest')?.message.split('\n')).toEqual([
    'package.json differs from the code:',
    'prompts: the plugin does not contribute "loud.prompt"',
    'operators: the description of "loud.up" is "Whispers", but in the code it is "Shouts"',
    'operators: the plugin does not contribute "loud.gone"',
  ])
  expect(project.read('package.json')).toBe(before)
  await check('--write')
  expect(written().maestro).toEqual({
    apiVersion: 1,
    contributes: { operators: { 'loud.up': 'Shouts', 'loud.down': 'Calms' } },
    permissions: { native: true },
  })
})

test('a plugin that only observes is to be loaded at start-up; the indentation stays', async () => {
  pack(code('observe() {}'), { maestro: { apiVersion: 1 } })
  project.write('package.json', `${JSON.stringify(written(), null, '\t')}\n`)
  expect((await check()).of('manifest')?.message).toContain('startup: it must be true')
  await check('--write')
  expect(written().maestro).toEqual({ apiVersion: 1, startup: true })
  expect(project.read('package.json')).toMatch(/^{\n\t"name".*\n}\n$/s)
})

test('a plugin with nothing but apply is applied to see what it contributes', async () => {
  pack(code('apply: (hooks) => hooks.operators.tap("plugin-loud", (registry) => registry.add(up))'))
  await check('--write')
  expect(written().maestro.contributes).toEqual({ operators: { 'loud.up': 'Shouts' } })
})

test('a folder without a package and a package without a plugin are failed checks', async () => {
  pack('export default 3')
  expect((await check('nowhere')).of('manifest')?.message).toContain('nowhere')
  expect((await check()).of('manifest')?.message).toContain('is not a plugin')
})

test('faults that must not be published are found', async () => {
  const maestro = { apiVersion: 1, permission: {}, contributes: { operators: { 'loud.up': 'Shouts' } } }
  pack(`globalThis.loud = true\n${code('operators: [up]')}`, { maestro })
  expect((await check()).of('manifest')?.message).toContain('Did you mean "permissions"?')

  project.write('package.json', {
    ...written(),
    maestro: { ...maestro, permission: undefined },
    files: ['index.js', 'index.test.js', '.env'],
    peerDependencies: undefined,
  })
  project.write('index.test.js', '')
  project.write('.env', 'KEY=secret')
  const { of, checks } = await check()
  expect(of('core')).toMatchObject({ status: 'fail', hint: expect.stringContaining('"peerDependencies"') })
  expect(of('files')).toMatchObject({ status: 'fail', message: 'npm would publish .env' })
  expect(of('types')).toMatchObject({ status: 'fail', message: 'npm would publish no declaration files' })
  expect(checks.find(({ message }) => message.startsWith('importing it'))).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('loud'),
  })

  project.write('package.json', {
    ...written(),
    files: ['index.d.ts'],
    dependencies: { '@maestro-dataflow/core': '0.1.0' },
    peerDependencies: { '@maestro-dataflow/core': '>=9' },
  })
  const other = await check()
  expect(other.of('core')?.message).toBe('@maestro-dataflow/core is a dependency')
  expect(other.of('entry')).toMatchObject({ status: 'fail', message: 'npm would not publish index.js' })
})
