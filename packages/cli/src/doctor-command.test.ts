import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { openAIReplies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'
import type { Check } from './doctor/check.js'

let project: TemporaryProject
const config = {
  plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-local'],
  pipelines: 'pipelines/*',
}
beforeEach(() => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': config,
    'in.csv': 'a\n1\n',
    'pipelines/copy.json': {
      name: 'copy',
      read: { use: 'fs.file', path: 'in.csv' },
      write: { use: 'fs.file', path: 'out.csv' },
    },
  })
})
afterEach(() => project.remove())

async function checks(env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await project.start(['doctor', '--json'], { env }).finished
  expect(stderr).toBe('')
  const report = JSON.parse(stdout) as { readonly ok: boolean; readonly checks: readonly Check[] }
  expect(code).toBe(report.ok ? 0 : 1)
  return { ok: report.ok, of: (name: string) => report.checks.find((check) => check.name === name) }
}

test('a project in order: every line is ok, the exit code 0', async () => {
  const { code, stdout, stderr } = await project.maestro('doctor')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const name of [
    'node',
    'machine',
    'disk',
    'config',
    'plugin @maestro-dataflow/plugin-fs',
    'pipeline copy',
    'state',
  ])
    expect(stdout).toMatch(new RegExp(`^ok {4}${name} `, 'm'))
  expect(stdout).toContain(', 0 failed\n')
  expect(stdout).not.toMatch(/^ok {4}(typescript|types|git) /m)
})

test('without a config the machine is still checked', async () => {
  rmSync(join(project.folder, 'maestro.config.json'))
  const { ok, of } = await checks()
  expect(ok).toBe(false)
  expect(of('config')).toMatchObject({ status: 'fail', hint: expect.stringContaining('npx maestro-dataflow init') })
  expect(of('disk')).toMatchObject({ status: 'ok' })
})

test('a config that is not valid names its faults', async () => {
  project.write('maestro.config.json', { plugin: [] })
  expect((await checks()).of('config')).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('Did you mean "plugins"?'),
  })
})

describe('plugins', () => {
  test('all plugins that cannot be found are named at once, and one that another requires is not a fault', async () => {
    project.write(
      'needs.js',
      `export default { name: 'needs', manifest: { apiVersion: 1, requires: ['late'] }, apply() {} }`,
    )
    project.write('late.js', `export default { name: 'late', manifest: { apiVersion: 1 }, apply() {} }`)
    project.write('old.js', `export default { name: 'old', manifest: { apiVersion: 0 }, apply() {} }`)
    const plugins = ['@maestro-dataflow/plugin-fz', './needs.js', ['./old.js', {}], './late.js']
    project.write('maestro.config.json', { ...config, plugins })
    const { of } = await checks()
    expect(of('plugin @maestro-dataflow/plugin-fz')).toMatchObject({
      status: 'fail',
      hint: expect.stringContaining('plugin-fs'),
    })
    expect(of('plugin ./old.js')).toMatchObject({ status: 'fail' })
    expect(of('plugin ./needs.js')).toBeUndefined()
  })

  test('one that cannot be loaded, and one that is required and nowhere', async () => {
    const manifest = "{ apiVersion: 1, contributes: { operators: { 'x.y': 'z' } } }"
    project.write('liar.js', `export default { name: 'liar', manifest: ${manifest}, apply() {} }`)
    project.write('maestro.config.json', { ...config, plugins: [...config.plugins, './liar.js'] })
    expect((await checks()).of('plugin liar')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('x.y'),
    })
    project.write(
      'liar.js',
      `export default { name: 'liar', manifest: { apiVersion: 1, requires: ['gone'] }, apply() {} }`,
    )
    expect((await checks()).of('plugins')).toMatchObject({ status: 'fail', message: expect.stringContaining('gone') })
  })

  test('the code of a package runs only when the config or a pipeline uses something of it', async () => {
    // Each plugin reports that its code ran.
    for (const [name, contributes] of [
      ['idle', { operators: { 'idle.step': 'x' } }],
      ['busy', { servings: { 'busy.chat': 'x' } }],
      ['piped', { operators: { 'piped.step': 'x' } }],
    ] as const) {
      const [[kind, names]] = Object.entries(contributes) as [[string, object]]
      project.write(`modules/${name}/package.json`, {
        name,
        version: '1.2.3',
        type: 'module',
        exports: './index.js',
        maestro: { apiVersion: 1, contributes: { [kind]: names } },
      })
      project.write(
        `modules/${name}/index.js`,
        `import { writeFileSync } from 'node:fs'
         import { fileURLToPath } from 'node:url'
         writeFileSync(fileURLToPath(new URL('ran.txt', import.meta.url)), '')
         const options = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } }
         const thing = { name: ${JSON.stringify(Object.keys(names)[0])}, kind: ${kind === 'servings' ? "'llm'" : "'map'"}, options, prompts: [], sources: [], columns: () => ({}), create: () => (row) => row }
         export default { name: ${JSON.stringify(name)}, apply: (hooks) => hooks.${kind}.tap('x', (registry) => registry.add(thing)) }`,
      )
    }
    rmSync(join(project.folder, 'node_modules'))
    mkdirSync(join(project.folder, 'node_modules'))
    for (const name of ['idle', 'busy', 'piped'])
      symlinkSync(join(project.folder, 'modules', name), join(project.folder, 'node_modules', name), 'junction')
    symlinkSync(
      join(import.meta.dirname, '../../../node_modules/@maestro-dataflow'),
      join(project.folder, 'node_modules/@maestro-dataflow'),
      'junction',
    )
    project.write('maestro.config.json', {
      ...config,
      plugins: [...config.plugins, 'idle', 'busy', 'piped'],
      servings: { default: { use: 'busy.chat' } },
    })
    project.write('pipelines/piped.json', {
      name: 'piped',
      read: { use: 'fs.file', path: 'in.csv' },
      steps: [{ use: 'piped.step' }],
      write: { use: 'fs.file', path: 'piped.csv' },
    })
    const { of } = await checks()
    const ran = (name: string) => existsSync(join(project.folder, 'modules', name, 'ran.txt'))
    expect([ran('idle'), ran('busy'), ran('piped')]).toEqual([false, true, true])
    expect(of('plugin idle')).toMatchObject({
      status: 'ok',
      message: '1.2.3, contributes idle.step; it was not loaded, because neither the config nor a pipeline uses it',
    })
    expect(of('plugin busy')).toMatchObject({ status: 'ok', message: '1.2.3, contributes busy.chat' })
  })

  test('two copies of core are reported with their places', async () => {
    expect((await checks()).of('copies')).toBeUndefined()
    const modules = join(import.meta.dirname, '../../../node_modules')
    rmSync(join(project.folder, 'node_modules'))
    project.write('node_modules/x', '')
    for (const name of ['zod', 'cosmiconfig', 'inversify', 'tapable'])
      if (existsSync(join(modules, name))) symlinkSync(join(modules, name), join(project.folder, 'node_modules', name))
    mkdirSync(join(project.folder, 'node_modules/@maestro-dataflow'))
    for (const name of ['plugin-fs', 'plugin-local'])
      symlinkSync(
        join(modules, '@maestro-dataflow', name),
        join(project.folder, 'node_modules/@maestro-dataflow', name),
        'junction',
      )
    for (const part of ['package.json', 'lib'])
      cpSync(
        join(modules, '@maestro-dataflow/core', part),
        join(project.folder, 'node_modules/@maestro-dataflow/core', part),
        { recursive: true },
      )
    const copies = (await checks()).of('copies')
    expect(copies).toMatchObject({ status: 'warn', hint: expect.stringContaining('npm dedupe') })
    const [first, ...places] = copies?.message.split('\n') ?? []
    expect(first).toBe('2 copies of @maestro-dataflow/core are installed:')
    expect(places).toHaveLength(2)
    expect(places.join('\n')).toMatch(/packages\/core, used by this command, @maestro-dataflow\/plugin-fs/)
    expect(places.join('\n')).toMatch(/node_modules\/@maestro-dataflow\/core, used by the project/)
  })

  test('none at all is worth a look', async () => {
    project.write('maestro.config.json', {})
    expect((await checks()).of('plugins')).toMatchObject({ status: 'warn' })
  })
})

describe('servings', () => {
  const withServing = (serving: object) =>
    project.write('maestro.config.json', { ...config, servings: { default: serving } })
  const servingCheck = async (env?: Readonly<Record<string, string>>) => (await checks(env)).of('serving default')

  test('a kind that no plugin brings', async () => {
    withServing({ use: 'local.chatt', model: 'x' })
    expect(await servingCheck()).toMatchObject({
      status: 'fail',
      hint: expect.stringContaining('Did you mean "local.chat"?'),
    })
  })

  test('variables of the environment that are not set; their values are not shown', async () => {
    withServing({ use: 'local.chat', model: { env: 'MY_SECRET_MODEL' } })
    expect(await servingCheck()).toMatchObject({
      status: 'fail',
      message: 'not set in the environment: MY_SECRET_MODEL',
    })
    const set = await servingCheck({ MY_SECRET_MODEL: 'hf:a/secret/x.gguf' })
    expect(set).toMatchObject({ status: 'warn' })
    expect(JSON.stringify(set)).not.toContain('secret')
  })

  test('the complaint of a schema about a value from the environment is shown without the value', async () => {
    project.write(
      'picky.js',
      `import { z } from 'zod'
       const key = z.string().refine(() => false, { error: ({ input }) => 'no good key: ' + input })
       export default {
         name: 'picky',
         manifest: { apiVersion: 1, contributes: { servings: { 'picky.chat': 'x' } } },
         apply: (hooks) => hooks.servings.tap('picky', (registry) =>
           registry.add({ name: 'picky.chat', kind: 'llm', options: z.object({ key }), create: () => ({}) })),
       }`,
    )
    const servings = { default: { use: 'picky.chat', key: { env: 'PICKY_KEY' } } }
    project.write('maestro.config.json', { ...config, plugins: [...config.plugins, './picky.js'], servings })
    expect(await servingCheck({ PICKY_KEY: 'hunter2' })).toMatchObject({
      status: 'fail',
      message: 'servings.default.key: no good key: [redacted]',
    })
  })

  test('options that do not fit', async () => {
    withServing({ use: 'local.chat', model: 'smollm2-135m-instruct', threads: 0 })
    expect(await servingCheck()).toMatchObject({ status: 'fail', message: expect.stringContaining('threads') })
  })

  test('the file of a model: here, fetched later, or missing', async () => {
    withServing({ use: 'local.chat', model: 'smollm2-135m-instruct' })
    const MAESTRO_MODELS = join(project.folder, 'no-models')
    expect(await servingCheck({ MAESTRO_MODELS })).toMatchObject({
      status: 'warn',
      hint: expect.stringContaining('maestro models pull'),
    })
    withServing({ use: 'local.chat', model: 'mine/own.gguf' })
    expect(await servingCheck()).toMatchObject({ status: 'fail', message: expect.stringContaining('own.gguf') })
    withServing({ use: 'local.embeddings' })
    expect(await servingCheck({ MAESTRO_MODELS })).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('all-MiniLM-L6-v2'),
    })
    withServing({ use: 'local.embeddings', model: './mine/sentences' })
    expect(await servingCheck()).toMatchObject({ status: 'fail', message: expect.stringContaining('model.onnx') })
    withServing({ use: 'local.chat', model: 'mine/own.gguf' })
    project.write('mine/own.gguf', 'GGUF')
    project.write('deep/x', '')
    const { stdout } = await project.start(['doctor'], { cwd: 'deep' }).finished
    expect(stdout).toMatch(/^ok {4}serving default .*own\.gguf$/m)
  })

  test('an unknown model', async () => {
    withServing({ use: 'local.chat', model: 'smollm' })
    expect(await servingCheck()).toMatchObject({ status: 'fail', message: expect.stringContaining('smollm') })
  })
})

describe('pipelines', () => {
  test('each is planned: faults fail, parameters are worth a look', async () => {
    project.write('pipelines/wrong.json', { name: 'wrong', read: { use: 'fs.file', path: 'none.csv' }, steps: [] })
    project.write('pipelines/daily.json', {
      name: 'daily',
      params: { day: null },
      read: { use: 'fs.file', path: '$' + '{day}.csv' },
      write: { use: 'fs.file', path: 'out.csv' },
    })
    const { of } = await checks()
    expect(of('pipeline wrong')).toMatchObject({ status: 'fail', message: expect.stringContaining('none.csv') })
    expect(of('pipeline daily')).toMatchObject({
      status: 'warn',
      hint: 'Check it with values: maestro plan daily --set name=value',
    })
    expect(of('pipeline copy')).toMatchObject({ status: 'ok', message: '0 steps, 1 sink' })
  })

  test('no pipeline is worth a look', async () => {
    project.write('maestro.config.json', { ...config, pipelines: 'elsewhere/*' })
    expect((await checks()).of('pipelines')).toMatchObject({ status: 'warn', message: 'no file is like elsewhere/*' })
  })
})

test('a state directory that cannot be one fails', async () => {
  project.write('.maestro', 'a file')
  expect((await checks()).of('state')).toMatchObject({ status: 'fail', message: expect.stringContaining('.maestro') })
})

test('row data in a repository: not there yet, not ignored, committed', async () => {
  const git = (...parameters: string[]) => execFileSync('git', parameters, { cwd: project.folder, stdio: 'pipe' })
  git('init', '--quiet')
  expect((await checks()).of('git')).toMatchObject({ status: 'ok' })
  project.write('.maestro/runs/x', 'rows')
  expect((await checks()).of('git')).toMatchObject({ status: 'warn', hint: expect.stringContaining('.gitignore') })
  project.write('.gitignore', '.maestro/\n')
  expect((await checks()).of('git')).toMatchObject({ status: 'ok' })
  git('add', '--force', '.maestro/runs/x')
  expect((await checks()).of('git')).toMatchObject({ status: 'fail', hint: expect.stringContaining('git rm') })
})

describe('TypeScript', () => {
  const all = { strict: true, erasableSyntaxOnly: true, verbatimModuleSyntax: true, allowImportingTsExtensions: true }

  test('settings that editors need, whether set here or extended', async () => {
    project.write('tsconfig.json', { compilerOptions: { strict: true } })
    project.write('index.ts', '')
    const { of } = await checks()
    expect(of('typescript')).toMatchObject({
      status: 'warn',
      message: 'tsconfig.json lacks erasableSyntaxOnly, verbatimModuleSyntax, allowImportingTsExtensions',
      hint: expect.stringContaining('"erasableSyntaxOnly": true'),
    })
    project.write('base.json', { compilerOptions: { ...all, module: 'nodenext', noEmit: true } })
    project.write('tsconfig.json', { extends: './base.json' })
    expect((await checks()).of('typescript')).toMatchObject({ status: 'ok' })
  })

  test('a tsconfig.json that is broken, or missing', async () => {
    project.write('tsconfig.json', '{ "extends": "./none.json" }')
    expect((await checks()).of('typescript')).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('none'),
    })
    rmSync(join(project.folder, 'tsconfig.json'))
    rmSync(join(project.folder, 'maestro.config.json'))
    project.write('maestro.config.ts', `export default ${JSON.stringify(config)}`)
    expect((await checks()).of('typescript')).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('no tsconfig'),
    })
  })

  test('without a compiler the settings are not read', async () => {
    rmSync(join(project.folder, 'node_modules'))
    project.write('tsconfig.json', {})
    const modules = join(import.meta.dirname, '../../../node_modules/@maestro-dataflow')
    project.write('node_modules/x', '')
    symlinkSync(modules, join(project.folder, 'node_modules/@maestro-dataflow'), 'junction')
    expect((await checks()).of('typescript')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('typescript is not installed'),
    })
  })

  test('the types file', async () => {
    project.write('tsconfig.json', {})
    expect((await checks()).of('types')).toMatchObject({ status: 'warn', hint: 'Run `maestro types`.' })
    await project.maestro('types')
    expect((await checks()).of('types')).toMatchObject({ status: 'ok' })
    project.write('maestro-env.d.ts', '// mine')
    expect((await checks()).of('types')).toMatchObject({ status: 'warn', hint: expect.stringContaining('Move') })
  })
})

test('the databases of the config are tried; no password shows', async () => {
  const { default: Database } = await import('libsql')
  new Database(join(project.folder, 'shop.db')).exec('CREATE TABLE a (id INTEGER)')
  const storages = {
    shop: { use: 'db.table', connection: 'sqlite:shop.db' },
    gone: { use: 'db.table', connection: { env: 'GONE_DATABASE' } },
    unset: { use: 'db.query', connection: { env: 'DATABASE_THAT_IS_NOT_SET' } },
    files: { use: 'fs.file', path: 'in.csv' },
  }
  const plugins = [...config.plugins, '@maestro-dataflow/plugin-db']
  project.write('maestro.config.json', { ...config, plugins, storages })
  const { ok, of } = await checks({ GONE_DATABASE: 'postgres://me:hush-hush@127.0.0.1:1/shop' })
  expect(ok).toBe(false)
  expect(of('storage shop')).toMatchObject({
    status: 'ok',
    message: expect.stringMatching(/^sqlite:shop.db answers: SQLite 3/),
  })
  expect(of('storage gone')).toMatchObject({ status: 'fail', message: expect.stringContaining('127.0.0.1:1') })
  expect(of('storage unset')).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('DATABASE_THAT_IS_NOT_SET'),
  })
  expect(of('storage files')).toMatchObject({ status: 'ok', message: 'fs.file' })
  expect(JSON.stringify([of('storage gone')])).not.toContain('hush-hush')
})

test('--ask sends one small question to each serving, and shows what it costs', async () => {
  const server = await startMisbehavingServer()
  server.always((request) =>
    request.path.endsWith('/embeddings') ? openAIReplies.vectors(request) : openAIReplies.chat('White'),
  )
  const serving = { baseUrl: `${server.url}/v1`, model: 'tiny' }
  project.write('maestro.config.json', {
    plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-openai'],
    servings: {
      default: { use: 'openai.chat', ...serving, price: { input: 1, output: 2 } },
      embedder: { use: 'openai.embeddings', ...serving, price: { input: 0.0001 } },
      away: { use: 'openai.chat', ...serving, baseUrl: 'http://127.0.0.1:1/v1', retries: 0, timeout: { total: 1000 } },
    },
  })
  try {
    const { code, stdout } = await project.start(['doctor', '--ask', '--json']).finished
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly Check[] }
    const of = (name: string) => checks.find((check) => check.name === name)
    expect(of('ask default')?.message).toMatch(/^"White" \(test-model; 7 \+ 3 tokens; \$0\.000013; \d+\.\d s\)$/)
    expect(of('ask embedder')?.message).toMatch(/^a vector of 3 numbers .*less than \$0\.000001/)
    expect(of('ask away')).toMatchObject({ status: 'fail' })
    expect(code).toBe(1)
    const asked = server.requests.length
    await project.start(['doctor']).finished
    expect(server.requests).toHaveLength(asked)
  } finally {
    await server.close()
  }
})
