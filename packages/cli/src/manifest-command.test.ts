import { afterEach, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const code = (parts: string, options = '') => `
  import { defineOperator, definePlugin } from '@maestro-dataflow/core'
  import { z } from 'zod'
  const up = defineOperator({
    name: 'loud.up', kind: 'map', description: 'Shouts', options: z.object({}), create: () => (row) => row,
  })
  const down = { ...up, name: 'loud.down', description: undefined }
  export default definePlugin({ name: 'plugin-loud', ${options} ${parts} })`

let project: TemporaryProject
function pack(index: string, more: object = {}) {
  project = new TemporaryProject({
    'package.json': { name: 'plugin-loud', type: 'module', main: 'index.js', ...more },
    'index.js': index,
  })
}
afterEach(() => project.remove())

const written = () => JSON.parse(project.read('package.json'))

test('a package without a manifest gets one from the lists of its plugin', async () => {
  pack(code('operators: [up]'), { version: '1.0.0' })
  const checked = await project.maestro('plugins', '--check')
  expect(checked.code).toBe(1)
  expect(checked.stdout).toBe(
    'The manifest of plugin-loud differs from its code:\n  package.json has no manifest\nWrite it with: maestro plugins --write\n',
  )
  expect((await project.maestro('plugins', '--write')).stdout).toContain(
    'Wrote the manifest of plugin-loud: 1 operator\n',
  )
  expect(written()).toEqual({
    name: 'plugin-loud',
    type: 'module',
    main: 'index.js',
    version: '1.0.0',
    maestro: { apiVersion: 1, contributes: { operators: { 'loud.up': 'Shouts' } } },
  })
  expect(await project.maestro('plugins', '--check')).toMatchObject({
    code: 0,
    stdout: 'package.json says what plugin-loud contributes: 1 operator\n',
  })
})

test('each difference is a line; the rest of the manifest and its descriptions stay', async () => {
  const operators = { 'loud.up': 'Whispers', 'loud.down': 'Calms', 'loud.gone': 'Was here' }
  const maestro = {
    apiVersion: 1,
    contributes: { operators, prompts: { 'loud.prompt': 'Asks' } },
    permissions: { native: true },
  }
  pack(code('operators: [up, down]'), { maestro })
  const before = project.read('package.json')
  const { code: exit, stdout } = await project.maestro('plugins', '--check', '--json')
  expect(exit).toBe(1)
  expect(JSON.parse(stdout).differences).toEqual([
    'prompts: the plugin does not contribute "loud.prompt"',
    'operators: the description of "loud.up" is "Whispers", but in the code it is "Shouts"',
    'operators: the plugin does not contribute "loud.gone"',
  ])
  expect(project.read('package.json')).toBe(before)
  await project.maestro('plugins', '--write', '.')
  expect(written().maestro).toEqual({
    apiVersion: 1,
    contributes: { operators: { 'loud.up': 'Shouts', 'loud.down': 'Calms' } },
    permissions: { native: true },
  })
})

test('a plugin that only observes is to be loaded at start-up', async () => {
  pack(code('observe() {}'), { maestro: { apiVersion: 1 } })
  expect((await project.maestro('plugins', '--check')).stdout).toContain('startup: it must be true')
  await project.maestro('plugins', '--write')
  expect(written().maestro).toEqual({ apiVersion: 1, startup: true })
})

test('a plugin with nothing but apply is applied to see what it contributes', async () => {
  pack(code('apply: (hooks) => hooks.operators.tap("plugin-loud", (registry) => registry.add(up))'))
  await project.maestro('plugins', '--write')
  expect(written().maestro.contributes).toEqual({ operators: { 'loud.up': 'Shouts' } })
})

test('the indentation of package.json stays', async () => {
  pack(code('operators: [up]'))
  project.write('package.json', `${JSON.stringify(written(), null, '\t')}\n`)
  await project.maestro('plugins', '--write')
  expect(project.read('package.json')).toMatch(/^{\n\t"name".*\n}\n$/s)
})

test('a folder without a package and a package without a plugin are errors', async () => {
  pack('export default 3')
  expect((await project.maestro('plugins', '--check', 'nowhere')).stderr).toContain('MAESTRO_PLUGIN_MANIFEST_INVALID')
  expect((await project.maestro('plugins', '--check')).stderr).toContain('MAESTRO_PLUGIN_NOT_A_PLUGIN')
})
