import { existsSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const shout = `
  import { column, defineOperator, definePlugin } from '@maestro-dataflow/core'
  import { z } from 'zod'
  export const shout = defineOperator({
    name: 'text.shout', kind: 'map',
    options: { input: column(), output: z.string() },
    adds: { '{output}': 'string' },
    create: (options) => (row) => ({ ...row, [options.output]: String(row[options.input]).toUpperCase() }),
  })
  export default definePlugin({
    name: 'shout',
    manifest: { apiVersion: 1, contributes: { operators: { 'text.shout': 'Upper-cases a column' } } },
    operators: [shout],
  })`

let project: TemporaryProject
const typesFile = () => project.read('maestro-env.d.ts')

beforeEach(() => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.ts': `
      import { defineConfig } from '@maestro-dataflow/core'
      export default defineConfig({
        plugins: [
          '@maestro-dataflow/plugin-fs',
          '@maestro-dataflow/plugin-ai',
          '@maestro-dataflow/plugin-local',
          './plugins/shout.ts',
        ],
        servings: { default: { use: 'local.chat', model: 'x' } },
        pipelines: 'pipelines/*',
      })`,
    'plugins/shout.ts': shout,
    'words.csv': 'word,count,day\\ntea,1,2026-01-31\\n"two\\nlines",,2026-02-01\\n'.replaceAll('\\n', '\n'),
    'pipelines/loud.ts': `
      import { pipeline } from '@maestro-dataflow/core'
      export default pipeline('loud')
        .read('fs.file', { path: 'words.csv', columns: ['word'] })
        .step('text.shout', { input: 'word', output: 'loud' })
        .write('fs.file', { path: 'out.jsonl' })`,
  })
})
afterEach(() => project.remove())

describe('maestro-env.d.ts', () => {
  test('is written beside the config, from wherever the command is run', async () => {
    project.write('deep/er/x', '')
    const { code, stdout, stderr } = await project.start(['types'], { cwd: 'deep/er' }).finished
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(`../../maestro-env.d.ts written
  types of: @maestro-dataflow/plugin-fs, @maestro-dataflow/plugin-ai, @maestro-dataflow/plugin-local, text.shout
  servings and stores: default
`)
    expect(typesFile()).toContain("import type {} from '@maestro-dataflow/plugin-fs'")
    expect(typesFile()).toContain("'text.shout': typeof import('./plugins/shout.ts').shout")
  })

  test('is left alone while nothing changes, also with other line ends', async () => {
    await project.maestro('types')
    project.write('maestro-env.d.ts', typesFile().replaceAll('\n', '\r\n'))
    utimesSync(join(project.folder, 'maestro-env.d.ts'), 1, 1)
    expect((await project.maestro('types')).stdout).toContain('maestro-env.d.ts is up to date')
    expect(statSync(join(project.folder, 'maestro-env.d.ts')).mtimeMs).toBe(1000)
  })

  test('one that was written by hand is not replaced', async () => {
    project.write('maestro-env.d.ts', '// mine')
    const { code, stderr } = await project.maestro('types')
    expect(code).toBe(1)
    expect(stderr).toContain('MAESTRO_CLI_TYPES_FILE')
    expect((await project.maestro('run', 'loud')).code).toBe(0)
    expect(typesFile()).toBe('// mine')
  })

  test('--json prints the contents', async () => {
    const { stdout } = await project.maestro('types', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'written',
      types: {
        definitions: [{ kind: 'operators', name: 'text.shout', exportName: 'shout' }],
        servings: { default: 'local.chat' },
      },
    })
  })

  test.each([
    ['run', 'run'],
    ['plan', 'plan'],
    ['preview', 'preview'],
  ])('%s keeps it up to date, and says nothing of it', async (command) => {
    const { code, stdout, stderr } = await project.maestro(command, 'loud')
    expect(code).toBe(0)
    expect(typesFile()).toContain("default: 'local.chat'")
    expect(stdout + stderr).not.toContain('maestro-env')
  })

  test('a pipeline that is wrong still gets the types that tell why in the editor', async () => {
    project.write('pipelines/wrong.ts', project.read('pipelines/loud.ts').replace("'text.shout'", "'text.shot'"))
    expect((await project.maestro('plan', 'wrong')).code).toBe(1)
    expect(typesFile()).toContain('text.shout')
  })

  test('a run goes on where it cannot be written', async () => {
    project.write('maestro-env.d.ts/in-the-way', '')
    expect((await project.maestro('run', 'loud')).code).toBe(0)
  })

  test('no project without TypeScript gets one from a run; with a tsconfig.json it does', async () => {
    rmSync(join(project.folder, 'maestro.config.ts'))
    project.write('maestro.config.json', {
      plugins: ['@maestro-dataflow/plugin-fs', './plugins/shout.ts'],
      pipelines: 'pipelines/*',
    })
    await project.maestro('plan', 'loud')
    expect(existsSync(join(project.folder, 'maestro-env.d.ts'))).toBe(false)
    project.write('tsconfig.json', {})
    await project.maestro('plan', 'loud')
    expect(typesFile()).toContain('plugin-fs')
  })
})

describe('--infer', () => {
  const columns = `columns: {
  word: 'string',
  count: 'integer', // empty in 1 of 2 rows
  day: 'date',
},
`

  test('shows the columns of a pipeline’s source, declared or not, to pin', async () => {
    const { code, stdout, stderr } = await project.maestro('types', '--infer', 'loud')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(`// fs.file words.csv: by its first 2 rows\n${columns}`)
    expect(existsSync(join(project.folder, 'maestro-env.d.ts'))).toBe(false)
  })

  test('of a file, from where one stands, inside the project or not', async () => {
    const other = new TemporaryProject({ 'more.jsonl': '{"a":"1","b":{"c":1}}\n' })
    try {
      const { stdout } = await project.maestro('types', '--infer', join(other.folder, 'more.jsonl'))
      expect(stdout).toContain("columns: {\n  a: 'string',\n  b: 'json',\n}")
    } finally {
      other.remove()
    }
    project.write('deep/x', '')
    expect((await project.start(['types', '--infer', '../words.csv'], { cwd: 'deep' }).finished).stdout).toContain(
      columns,
    )
  })

  test('of a file that is not there', async () => {
    const { code, stderr } = await project.maestro('types', '--infer', 'nope.csv')
    expect(code).toBe(1)
    expect(stderr).toContain('There is no file "nope.csv", and no pipeline of that name.')
  })

  test('--rows limits the rows that are read', async () => {
    const { stdout } = await project.maestro('types', '--infer', 'loud', '--rows', '1', '--json')
    expect(JSON.parse(stdout)).toEqual({
      source: 'fs.file words.csv',
      rows: 1,
      options: { columns: { word: 'string', count: 'integer', day: 'date' } },
      columns: [
        { name: 'word', type: 'string', empty: 0 },
        { name: 'count', type: 'integer', empty: 0 },
        { name: 'day', type: 'date', empty: 0 },
      ],
    })
  })

  test('the printed types can be pinned, and the columns are then read with them', async () => {
    const { stdout } = await project.maestro('types', '--infer', 'loud')
    project.write(
      'pipelines/pinned.ts',
      project.read('pipelines/loud.ts').replace("columns: ['word']", stdout.slice(stdout.indexOf('\n'))),
    )
    expect((await project.maestro('run', 'pinned')).code).toBe(0)
    expect(project.rows('out.jsonl')).toEqual([
      { word: 'tea', count: 1, day: '2026-01-31T00:00:00.000Z', loud: 'TEA' },
      { word: 'two\nlines', count: null, day: '2026-02-01T00:00:00.000Z', loud: 'TWO\nLINES' },
    ])
  })

  test('of a file that is not separated by commas, the delimiter is printed, too, and what its numbers may mean', async () => {
    project.write('people.csv', 'id;name;born;pay\n1;"a; b";2026-01-31;1.200,50\n2;c, d;2026-02-01;3\n')
    const { stdout } = await project.maestro('types', '--infer', 'people.csv')
    expect(stdout).toBe(`// fs.file people.csv: by its first 2 rows
delimiter: ";",
columns: {
  id: 'integer',
  name: 'string',
  born: 'date',
  pay: 'string', // if its cells are numbers or dates: numberFormat: "1.234,56"
},
`)
  })

  test.each([
    ['rows that are given in code', "from([{ word: 'a' }])", 'its rows are given in code'],
    ['a source without rows', "read('fs.file', { path: 'empty.csv' })", 'it has no rows'],
  ])('wrong use: %s', async (_, source, reason) => {
    project.write('empty.csv', 'word\n')
    const text = project.read('pipelines/loud.ts').replace(/read\(.*\)\n/, `${source}\n`)
    project.write('pipelines/other.ts', text)
    const { code, stderr } = await project.maestro('types', '--infer', 'other')
    expect(code).toBe(2)
    expect(stderr).toContain(reason)
  })
})
