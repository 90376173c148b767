import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { loadConfig } from './load-config.js'

describe('every form of a config', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['maestro.config.ts', 'const runs: number = 7\nexport default { keepRuns: runs }'],
    ['maestro.config.mts', 'export default { keepRuns: 7 as const }'],
    ['maestro.config.js', 'export default { keepRuns: 7 }'],
    ['maestro.config.mjs', 'export default { keepRuns: 7 }'],
    ['maestro.config.json', '{ "keepRuns": 7 }'],
    ['maestro.config.yaml', '# how many\nkeepRuns: 7'],
    ['maestro.config.yml', 'keepRuns: 7'],
    ['package.json', '{ "name": "x", "type": "module", "maestro-dataflow": { "keepRuns": 7 } }'],
  ]

  test.each(forms)('%s is found upward from a folder below', async (name, text) => {
    const project = new ProjectFolder({ [name]: text, 'a/b/note.txt': '' })
    const found = await loadConfig({ cwd: project.file('a/b') })
    expect(found).toEqual({ path: project.file(name), config: { keepRuns: 7 } })
  })

  test.each(forms)('%s is read when it is named', async (name, text) => {
    const project = new ProjectFolder({ [`settings/${name}`]: text })
    const found = await loadConfig({ cwd: project.path, file: `settings/${name}` })
    expect(found).toEqual({ path: project.file(`settings/${name}`), config: { keepRuns: 7 } })
  })

  test('a file of another name is read when it is named', async () => {
    const project = new ProjectFolder({ 'night.ts': 'export default { keepRuns: 1 }' })
    expect((await loadConfig({ cwd: project.path, file: 'night.ts' })).config).toEqual({ keepRuns: 1 })
  })

  test('Node itself reads every form of module: nothing here transforms them', () => {
    const project = new ProjectFolder(
      Object.fromEntries(forms.map(([name, text], index) => [`${index}/${name}`, text] as const)),
    )
    const runtime = pathToFileURL(join(import.meta.dirname, '../../lib/runtime.js')).href
    const script = `
      import { openProject } from ${JSON.stringify(runtime)}
      const kept = []
      for (let i = 0; i < ${forms.length}; i++) kept.push((await openProject({ cwd: String(i) }).config()).keepRuns)
      console.log(JSON.stringify(kept))`
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: project.path })
    expect(JSON.parse(String(out))).toEqual(forms.map(() => 7))
  })
})

test('the nearest config counts, and a package.json without the setting is passed by', async () => {
  const project = new ProjectFolder({
    'maestro.config.json': { keepRuns: 1 },
    'inner/maestro.config.json': { keepRuns: 2 },
    'inner/package.json': { name: 'inner' },
    'other/package.json': { name: 'other', maestro: { apiVersion: 1 } },
  })
  expect((await loadConfig({ cwd: project.file('inner') })).config).toEqual({ keepRuns: 2 })
  expect((await loadConfig({ cwd: project.file('other') })).config).toEqual({ keepRuns: 1 })
})

test('without a config, the error names the searched folders and the remedy', async () => {
  const project = new ProjectFolder()
  const error = await errorOf(() => loadConfig({ cwd: project.path }))
  expect(error).toMatchObject({
    code: 'MAESTRO_CONFIG_NOT_FOUND',
    message: `No maestro.config file was found in ${project.path} or above it.`,
    hint: expect.stringContaining('npx maestro-dataflow init'),
  })
})

describe('a config that cannot be loaded: the error names the file and the reason', () => {
  test.each([
    ['throws', 'maestro.config.ts', 'throw new Error("no disk today")', 'no disk today'],
    ['throws something else', 'maestro.config.js', 'throw "just a text"', 'just a text'],
    ['has a syntax error', 'maestro.config.ts', 'export default {{', /./],
    ['has a syntax error', 'maestro.config.mjs', 'export default {{', /./],
    ['imports what is not there', 'maestro.config.ts', 'import "./gone.ts"\nexport default {}', 'gone.ts'],
    ['exports nothing', 'maestro.config.ts', 'export const config = {}', 'it has no default export'],
    ['is broken JSON', 'maestro.config.json', '{ "keepRuns": }', /JSON/],
    ['is broken YAML', 'maestro.config.yaml', 'keepRuns: [1', /flow collection|end of the stream|\]/],
    ['is empty', 'maestro.config.yaml', '', 'it is empty'],
    ['is empty', 'maestro.config.json', '', 'it is empty'],
  ])('%s: %s', async (_what, name, text, reason) => {
    const project = new ProjectFolder({ [name]: text, 'sub/note.txt': '' })
    for (const options of [{ cwd: project.file('sub') }, { cwd: project.path, file: name }]) {
      const error = await errorOf(() => loadConfig(options))
      expect(error.code).toBe('MAESTRO_CONFIG_LOAD')
      expect(error.message).toContain(`The config ${project.file(name)} could not be loaded: `)
      expect(error.details.reason).toMatch(reason)
      expect(String(error.details.reason)).not.toContain(' in /')
      expect(error.hint).toContain('Fix the file')
    }
  })

  test.each(['gone.ts', 'gone.json'])('%s, named and not there', async (file) => {
    const project = new ProjectFolder()
    expect(await errorOf(() => loadConfig({ cwd: project.path, file }))).toMatchObject({
      code: 'MAESTRO_CONFIG_LOAD',
      message: `The config ${project.file(file)} could not be loaded: there is no such file`,
    })
  })
})

test('only the folder and those above it are looked at, not the folders of the user', async () => {
  const settings = { keepRuns: 99 }
  const project = new ProjectFolder({ 'home/maestro/config.json': settings, 'home/maestro.config.json': settings })
  const before = process.env.XDG_CONFIG_HOME
  process.env.XDG_CONFIG_HOME = project.file('home')
  try {
    const error = await errorOf(() => loadConfig({ cwd: project.path }))
    expect(error.code).toBe('MAESTRO_CONFIG_NOT_FOUND')
  } finally {
    if (before === undefined) delete process.env.XDG_CONFIG_HOME
    else process.env.XDG_CONFIG_HOME = before
  }
})

test('the home folder is a folder like others: what is above it is found, and what is in it', async () => {
  const project = new ProjectFolder({ 'maestro.config.json': { keepRuns: 1 }, 'home/project/x.txt': '' })
  const before = process.env.HOME
  process.env.HOME = project.file('home')
  try {
    expect((await loadConfig({ cwd: project.file('home/project') })).config).toEqual({ keepRuns: 1 })
    project.write('home/maestro.config.json', { keepRuns: 2 })
    expect((await loadConfig({ cwd: project.file('home/project') })).config).toEqual({ keepRuns: 2 })
  } finally {
    process.env.HOME = before
  }
})

test.each([
  ['maestro.config.json', '\uFEFF{ "keepRuns": 7 }'],
  ['maestro.config.yaml', '\uFEFFkeepRuns: 7'],
])('%s may begin with a byte order mark', async (name, text) => {
  const project = new ProjectFolder({ [name]: text })
  expect((await loadConfig({ cwd: project.path })).config).toEqual({ keepRuns: 7 })
})
