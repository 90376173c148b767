import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')

interface Manifest {
  readonly name: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-init-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = (file: string) => join(folder, file)
const read = (file: string) => readFileSync(path(file), 'utf8')
const manifestOf = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest

function node(cwd: string, script: string, ...parameters: readonly string[]) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }
    execFile(process.execPath, [script, ...parameters], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
}

const init = (...parameters: readonly string[]) =>
  node(folder, join(root, 'packages/cli/bin/maestro.js'), 'init', ...parameters)

/** Does what `npm install` does, with packages of this repository: only those that the package.json names. */
function install(project: string): void {
  const { dependencies, devDependencies } = manifestOf(path(`${project}/package.json`))
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const link = path(`${project}/node_modules/${name}`)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(realpathSync(join(root, 'node_modules', name)), link, 'junction')
  }
}

const maestro = (project: string, ...parameters: readonly string[]) =>
  node(path(project), path(`${project}/node_modules/maestro-dataflow/bin/maestro.js`), ...parameters)
const check = (project: string) =>
  node(path(project), path(`${project}/node_modules/typescript/bin/tsc`), '-p', 'tsconfig.json')

describe('a project with a model', () => {
  test('runs, and its types hold', { timeout: 300_000 }, async () => {
    const { code, stdout } = await init('My Project')
    expect(code).toBe(0)
    expect(stdout).toContain('Next:\n  cd "My Project"\n  npm install\n  npx maestro run hello\n')
    expect(manifestOf(path('My Project/package.json')).name).toBe('my-project')
    install('My Project')

    const run = await maestro('My Project', 'run', 'hello')
    expect(run.code).toBe(0)
    expect(run.stdout).toContain('rows: 10 in + 0 created = 8 out + 2 dropped + 0 merged + 0 rejected')
    const rows = read('My Project/out/hello.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows).toHaveLength(8)
    for (const row of rows)
      expect(row).toEqual({ ...row, id: expect.any(String), tone: expect.stringMatching(/^(glad|angry)$/) })

    // The generated types match the contributions of the installed plugins.
    expect((await maestro('My Project', 'types')).stdout).toContain('is up to date')
    expect(await check('My Project')).toMatchObject({ code: 0, stdout: '' })
    const doctor = await maestro('My Project', 'doctor')
    expect(doctor.stdout).toMatch(/, 0 to look at, 0 failed/)
    expect(doctor.code).toBe(0)
  })

  test('wrong names, columns and options are found by the compiler', { timeout: 120_000 }, async () => {
    await init('made')
    install('made')
    const pipeline = read('made/pipelines/hello.ts')
    const wrong = async (change: (text: string) => string) => {
      expect(change(pipeline)).not.toBe(pipeline)
      writeFileSync(path('made/pipelines/hello.ts'), change(pipeline))
      return (await check('made')).stdout
    }
    expect(await wrong((text) => text.replace("serving: 'default'", "serving: 'defalt'"))).toMatch(
      /pipelines\/hello\.ts\(\d+,\d+\): error .*"defalt"/,
    )
    expect(await wrong((text) => text.replace('{{review}}', '{{revew}}'))).toContain('"revew"')
    expect(await wrong((text) => text.replace('maxTokens', 'maxToken'))).toContain('error')
    expect(await wrong((text) => text.replace("'ai.generate'", "'ai.generat'"))).toContain('ai.generat')
    expect(await wrong((text) => text.replace('row.review', 'row.text'))).toContain("'text'")

    // Without the file, the types of plugins are not known, and any name is accepted for a serving.
    rmSync(path('made/maestro-env.d.ts'))
    expect(await wrong((text) => text.replace("'default'", "'defalt'"))).toContain(
      'NoSuchName<"fs.file", "No types of plugins are loaded: run `maestro types`">',
    )
    const imports =
      "import type {} from '@maestro-dataflow/plugin-ai'\nimport type {} from '@maestro-dataflow/plugin-fs'\n"
    expect(await wrong((text) => imports + text.replace("'default'", "'defalt'"))).toBe('')
  })

  test('names that are added to the config are typed by the next `maestro types`', { timeout: 120_000 }, async () => {
    await init('made')
    install('made')
    writeFileSync(
      path('made/maestro.config.ts'),
      read('made/maestro.config.ts')
        .replace('servings: {', "servings: {\n    'second one': { use: 'local.chat', model: 'mine.gguf' },")
        .replace(
          'pipelines:',
          "vectorStores: { kb: { use: 'of.later' } },\n  storages: { orders: { use: 'fs.file', path: 'data/hello.csv' } },\n  pipelines:",
        )
        .replace('plugins: [', "plugins: ['./plugins/shout.ts', "),
    )
    writeFileSync(
      path('made/names.ts'),
      `import { pipeline, type ServingName, type VectorStoreName } from '@maestro-dataflow/core'
      export const names: readonly (ServingName | VectorStoreName)[] = ['default', 'second one', 'kb']
      export const copy = pipeline('copy').read('orders', { columns: { id: 'string' } }).write('orders', { path: 'out.csv' })
      export const id: string = copy.row.id
      // @ts-expect-error the storage has no such option
      pipeline('copy').read('orders', { colums: ['id'] })
      // @ts-expect-error no such storage
      pipeline('copy').read('ordres', {})
      // @ts-expect-error no such store
      export const store: VectorStoreName = 'kbb'
      // @ts-expect-error a store is no serving
      export const serving: ServingName = 'kb'`,
    )
    mkdirSync(path('made/plugins'))
    writeFileSync(
      path('made/plugins/shout.ts'),
      `import { column, defineOperator, definePlugin, defineVectorStore } from '@maestro-dataflow/core'
      import { z } from 'zod'
      const later = defineVectorStore({
        name: 'of.later',
        description: 'Opens nothing yet',
        options: z.object({}),
        create: () => { throw new TypeError('later') },
      })
      export const shout = defineOperator({
        name: 'text.shout',
        kind: 'map',
        options: { input: column(), output: z.string() },
        adds: { '{output}': 'string' },
        create: (options) => (row) => ({ ...row, [options.output]: String(row[options.input]).toUpperCase() }),
      })
      export default definePlugin({
        name: 'shout',
        operators: [shout],
        vectorStores: [later],
      })`,
    )
    const withStep = (step: string) =>
      read('made/pipelines/hello.ts')
        .replace("serving: 'default'", "serving: 'second one'")
        .replace("  .write('fs.file'", `  ${step}\n  .write('fs.file'`)
    const good = withStep(
      ".step('text.shout', { input: 'tone', output: 'loud' }).map((row) => ({ ...row, size: row.loud.length + row.review.length }))",
    )
    const wrongs = [
      ".step('text.shout', { input: 'ton', output: 'loud' })",
      ".step('text.shout', { input: 'tone', output: 'loud', volume: 11 })",
      ".step('text.shout', { input: 'tone' })",
      ".step('text.shout', { input: 'tone', output: 'loud' }).map((row) => ({ x: row.lout }))",
      ".step('text.shout', { input: 'tone', output: 'loud' }).map((row) => ({ x: row.loud * 2 }))",
    ].map(withStep)

    writeFileSync(path('made/pipelines/hello.ts'), good)
    expect((await check('made')).stdout).toContain('second one')
    expect((await maestro('made', 'types')).stdout).toContain('text.shout')
    expect(await check('made')).toMatchObject({ code: 0, stdout: '' })
    for (const [index, wrong] of wrongs.entries()) writeFileSync(path(`made/pipelines/wrong-${index}.ts`), wrong)
    const { stdout } = await check('made')
    for (const index of wrongs.keys()) expect(stdout).toMatch(new RegExp(`pipelines/wrong-${index}\\.ts\\(.*error`))
    expect(stdout).not.toContain('pipelines/hello.ts')
  })
})

test('--plain makes a project without AI that runs and checks', { timeout: 120_000 }, async () => {
  const { stdout } = await init('plain', '--plain')
  expect(stdout).not.toContain('model')
  expect(Object.keys(manifestOf(path('plain/package.json')).dependencies)).toEqual([
    '@maestro-dataflow/core',
    '@maestro-dataflow/plugin-fs',
    'maestro-dataflow',
  ])
  install('plain')
  expect((await maestro('plain', 'run', 'hello')).code).toBe(0)
  const [first] = read('plain/out/hello.jsonl').split('\n')
  expect(JSON.parse(first ?? '')).toEqual({
    id: 'r1',
    review: 'The soup was hot and the bread still warm.',
    stars: 5,
    glad: true,
  })
  expect(await check('plain')).toMatchObject({ code: 0, stdout: '' })
  expect((await maestro('plain', 'types')).stdout).toContain('is up to date')
})

test('--provider makes a project with a model of the provider', { timeout: 120_000 }, async () => {
  const { stdout } = await init('claude', '--provider', 'anthropic')
  expect(stdout).toContain('Set the environment variable ANTHROPIC_API_KEY to your key first.')
  expect(Object.keys(manifestOf(path('claude/package.json')).dependencies)).toContain('@ai-sdk/anthropic')
  install('claude')
  expect(await maestro('claude', 'plan', 'hello')).toMatchObject({ code: 0 })
  expect((await maestro('claude', 'types')).stdout).toContain('is up to date')
  expect(await check('claude')).toMatchObject({ code: 0, stdout: '' })
  expect((await init('other', '--provider', 'antropic')).stderr).toContain('Did you mean "anthropic"?')
  expect((await init('both', '--provider', 'anthropic', '--plain')).code).toBe(2)
})

test('--rag makes a knowledge base that answers from its documents', { timeout: 300_000 }, async () => {
  expect((await init('kb', '--rag')).stdout).toContain('npx maestro run index\n  npx maestro run answers\n')
  install('kb')
  expect(await check('kb')).toMatchObject({ code: 0, stdout: '' })
  expect(await maestro('kb', 'run', 'index')).toMatchObject({ code: 0 })
  expect(await maestro('kb', 'run', 'answers')).toMatchObject({ code: 0 })
  const rows = read('kb/out/answers.jsonl').trim().split('\n')
  expect(rows).toHaveLength(3)
  for (const row of rows) expect(JSON.parse(row)).toHaveProperty('answer_outcome')
  expect((await maestro('kb', 'types')).stdout).toContain('is up to date')
  expect((await init('both', '--rag', '--plain')).code).toBe(2)
})

if (process.platform !== 'win32')
  test('--install runs npm in the new folder, and says when npm fails', async () => {
    const npm = (code: number) => {
      mkdirSync(path('bin'), { recursive: true })
      writeFileSync(path('bin/npm'), `#!/bin/sh\necho "$PWD $@" > "${path('asked')}"\nexit ${code}\n`, { mode: 0o755 })
    }
    const before = process.env.PATH
    process.env.PATH = `${path('bin')}:${before}`
    try {
      npm(0)
      const { code, stdout } = await init('mine', '--plain', '--install')
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.not.stringContaining('npm install') })
      expect(read('asked')).toBe(`${path('mine')} install\n`)
      npm(7)
      const failed = await init('other', '--plain', '--install')
      expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('npm ended with the exit code 7') })
      expect(existsSync(path('other/maestro.config.ts'))).toBe(true)
    } finally {
      process.env.PATH = before
    }
  })

test('the versions are those of this command and of the packages that it is tested with', async () => {
  await init()
  const { dependencies, devDependencies } = manifestOf(path('package.json'))
  const { version } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'))
  for (const [name, range] of Object.entries(dependencies))
    if (name !== 'zod') expect([name, range]).toEqual([name, `^${version}`])
  expect(dependencies.zod).toBe(`^${manifestOf(join(root, 'packages/core/package.json')).dependencies.zod}`)
  const tested = manifestOf(join(root, 'package.json')).devDependencies
  expect(devDependencies).toEqual({ '@types/node': `^${tested['@types/node']}`, typescript: `~${tested.typescript}` })
})

describe('a folder that has files', () => {
  test('is left as it is, and the files are listed', async () => {
    writeFileSync(path('README.md'), '# mine')
    writeFileSync(path('notes.txt'), 'other')
    const { code, stderr } = await init()
    expect(code).toBe(2)
    expect(stderr).toContain('README.md')
    expect(stderr).not.toContain('notes.txt')
    expect(stderr).not.toContain('maestro.config.ts')
    expect(existsSync(path('maestro.config.ts'))).toBe(false)
  })

  test('with --yes existing files are kept and named', async () => {
    writeFileSync(path('README.md'), '# mine')
    writeFileSync(path('package.json'), '{ "name": "mine" }')
    const { code, stdout } = await init('--yes', '--plain')
    expect(code).toBe(0)
    expect(stdout).toContain('Kept as they were:\n  README.md\n')
    expect(read('README.md')).toBe('# mine')
    expect(existsSync(path('pipelines/hello.ts'))).toBe(true)
  })

  test('a config of another ending is a config; the types are those of its names', async () => {
    writeFileSync(path('maestro.config.json'), '{ "servings": { "mine": { "use": "x" } } }')
    expect((await init()).stderr).toContain('maestro.config.json')
    const { stdout } = await init('--yes', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ directory: folder, kept: ['maestro.config.json'] })
    expect(existsSync(path('maestro.config.ts'))).toBe(false)
    expect(read('maestro-env.d.ts')).toContain("mine: 'x'")
  })

  test('a config that is kept does not know the example, so its settings are printed', async () => {
    writeFileSync(path('maestro.config.json'), '{}')
    const { stdout } = await init('--plain', '--yes')
    expect(stdout).toMatch(
      /The example needs these settings in your config:\n[\s\S]*@maestro-dataflow\/plugin-fs[\s\S]*pipelines:/,
    )
    expect((await init('other', '--plain')).stdout).not.toContain('your config')
  })

  test('after `npm init` the package.json is completed, and its type is changed', { timeout: 120_000 }, async () => {
    const own = {
      name: 'mine',
      version: '2.0.0',
      type: 'commonjs',
      main: 'index.js',
      scripts: { check: 'true' },
      dependencies: { zod: '^4.0.0' },
    }
    mkdirSync(path('made'))
    writeFileSync(path('made/package.json'), JSON.stringify(own))
    const { code, stdout } = await init('made', '--plain')
    expect(code).toBe(0)
    expect(stdout).toContain(
      'Added to package.json: @maestro-dataflow/core, @maestro-dataflow/plugin-fs, maestro-dataflow',
    )
    expect(stdout).toContain('Set "type": "module"')
    const completed = JSON.parse(read('made/package.json'))
    expect(completed).toMatchObject({ ...own, type: 'module', scripts: { check: 'true', doctor: 'maestro doctor' } })
    install('made')
    expect((await maestro('made', 'run', 'hello')).code).toBe(0)
    // The second run has nothing left to add.
    expect((await init('made', '--plain', '--yes')).stdout).not.toContain('Added to')
    expect(JSON.parse(read('made/package.json'))).toEqual(completed)
  })

  test('beside CommonJS modules the project is made of .mts files, and their type stays', {
    timeout: 120_000,
  }, async () => {
    mkdirSync(path('made/src'), { recursive: true })
    writeFileSync(path('made/package.json'), '{ "name": "mine" , "type": "commonjs" }')
    writeFileSync(path('made/src/old.js'), 'module.exports = 1')
    expect((await init('made', '--plain')).code).toBe(0)
    expect(JSON.parse(read('made/package.json')).type).toBe('commonjs')
    install('made')
    expect((await maestro('made', 'run', 'hello')).code).toBe(0)
    expect(await check('made')).toMatchObject({ code: 0, stdout: '' })
    // A module that would be CommonJS is reported with its remedy.
    writeFileSync(path('made/pipelines/own.ts'), read('made/pipelines/hello.mts'))
    const { stderr } = await maestro('made', 'plan', 'own')
    expect(stderr).toContain('MAESTRO_MODULE_COMMONJS')
    expect(stderr).toContain('"type": "module"')
  })

  test('a package.json that cannot be read is an error, and nothing is written', async () => {
    writeFileSync(path('package.json'), '{ "name": ')
    const { code, stderr } = await init('--plain')
    expect(code).toBe(1)
    expect(stderr).toMatch(/package\.json cannot be read: .*\nFix the file, or delete it/)
    expect(existsSync(path('maestro.config.ts'))).toBe(false)
  })

  test('a forgotten `npm install` is named, and so is a package that package.json lacks', async () => {
    await init('--plain')
    writeFileSync(path('own.json'), '{ "pipelines": "pipelines/*" }')
    const bin = join(root, 'packages/cli/bin/maestro.js')
    const forgotten = await node(folder, bin, 'plan', 'hello')
    expect(forgotten.stderr).toContain('imports @maestro-dataflow/core, which is not installed.\nRun: npm install\n')
    writeFileSync(path('pipelines/other.ts'), "import 'left-pad-of-mine'")
    const lacking = await node(folder, bin, '--config', 'own.json', 'plan', 'other')
    expect(lacking.stderr).toContain('which is not installed.\nRun: npm install left-pad-of-mine\n')
  })

  test('a file in the folder’s place is an error', async () => {
    writeFileSync(path('taken'), '')
    const { code, stderr } = await init('taken')
    expect(code).toBe(1)
    expect(stderr).toContain('MAESTRO_CLI_INIT_FOLDER')
  })
})
