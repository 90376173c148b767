import { afterEach, beforeEach, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': {
      plugins: ['@maestro-dataflow/plugin-fs', './loud.js', './silent/plugin.js'],
      pipelines: 'pipelines/*',
    },
    'loud.js': `
      import { defineOperator, definePlugin } from '@maestro-dataflow/core'
      import { z } from 'zod'
      const up = defineOperator({
        name: 'loud.up', kind: 'map',
        options: z.object({ column: z.string().describe('What is shouted'), marks: z.number().default(1) }),
        create: () => (row) => row,
      })
      export default definePlugin({
        name: 'loud',
        manifest: {
          apiVersion: 1,
          contributes: { operators: { 'loud.up': 'Shouts' } },
          requires: ['silent'],
          permissions: { hosts: ['example.org'], env: ['LOUD'], native: true },
        },
        operators: [up],
      })`,
    'silent/plugin.js': `export default { name: 'silent', manifest: { apiVersion: 1 }, apply() {} }`,
    'pipelines/copy.json': {
      name: 'copy',
      read: { use: 'fs.file', path: 'in.csv' },
      write: { use: 'fs.file', path: 'out.csv' },
    },
    'pipelines/broken.json': '{',
  })
})
afterEach(() => project.remove())

test('each plugin is shown with its manifest and the pipelines that load it', async () => {
  const { code, stdout, stderr } = await project.maestro('plugins')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^@maestro-dataflow\/plugin-fs {2}\d+\.\d+\.\d+ {2}package /)
  expect(stdout).toContain(`loaded       by copy

silent  file silent/plugin.js
  permissions  declares none
  loaded       always

loud  file loud.js
  operators
    loud.up  Shouts
  requires     silent
  permissions  hosts example.org; environment LOUD; native code
  loaded       always
`)
  expect(stdout).toMatch(/Not known which plugins these pipelines load:\n {2}broken: MAESTRO_PIPELINE_LOAD/)
})

test('--json gives the same as data, also of one plugin', async () => {
  const { stdout } = await project.maestro('plugins', 'loud', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    plugins: [
      {
        name: 'loud',
        origin: 'file',
        contributes: { operators: { 'loud.up': 'Shouts' } },
        requires: ['silent'],
        permissions: { hosts: ['example.org'], env: ['LOUD'], native: true },
        always: true,
      },
    ],
    unread: [{ pipeline: 'broken' }],
  })
})

test('one contribution with its options', async () => {
  const { code, stdout, stderr } = await project.maestro('plugins', 'loud.up')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(`loud.up  map operator of loud
  Shouts

Options
  column: string, required
      What is shouted
  marks: number, default 1
`)
})

test('a storage has options to read and to write', async () => {
  const { stdout } = await project.maestro('plugins', 'fs.file', '--json')
  const [storage] = JSON.parse(stdout)
  expect(storage).toMatchObject({ kind: 'storages', plugin: '@maestro-dataflow/plugin-fs' })
  expect(storage.options.map(({ of }: { of: string }) => of)).toEqual(['read', 'write'])
  const [path, ...others] = storage.options[0].options
  expect(path).toMatchObject({ name: 'path', type: 'string | list of string', required: true })
  expect(others).toContainEqual(expect.objectContaining({ name: 'key', type: 'string', required: false }))
})

test('manifests are read as data: a package runs only when one of its contributions is looked at', async () => {
  project.write('inner/maestro.config.json', { plugins: ['maestro-plugin-bomb'] })
  project.write('inner/node_modules/maestro-plugin-bomb/index.js', 'throw new Error("it went off")')
  project.write('inner/node_modules/maestro-plugin-bomb/package.json', {
    name: 'maestro-plugin-bomb',
    version: '3.2.1',
    type: 'module',
    exports: './index.js',
    maestro: { apiVersion: 1, contributes: { operators: { 'bomb.off': 'Goes off' } } },
  })
  const inInner = (...parameters: string[]) => project.start(parameters, { cwd: 'inner' }).finished
  const { code, stdout } = await inInner('plugins')
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('loaded       by no pipeline') })
  const loaded = await inInner('plugins', 'bomb.off')
  expect(loaded).toMatchObject({ code: 1, stderr: expect.stringContaining('it went off') })
})

test('an unknown name is wrong use, and the one that was meant is named', async () => {
  const { code, stderr } = await project.maestro('plugins', 'fs.fil')
  expect(code).toBe(2)
  expect(stderr).toContain('Did you mean "fs.file"?')
  expect(stderr).toContain('Known: @maestro-dataflow/plugin-fs, fs.file, silent, loud, loud.up.')
  const elsewhere = await project.maestro('plugins', 'table.sample')
  expect(elsewhere).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('It is in @maestro-dataflow/plugin-table'),
  })
})
