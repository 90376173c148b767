import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf, ProjectFolder } from './__fixtures__/project-folder.js'
import { ask, echo, Question, smallPlugin, upper } from './__fixtures__/small-plugin.js'
import { env } from './contracts/config.js'
import { LOGGER, type Logger } from './contracts/logger.js'
import { PROJECT, type ProjectAccess } from './contracts/project.js'
import type { LLMRequest } from './contracts/serving.js'
import { SERVINGS } from './contracts/serving-definition.js'
import { createToken } from './contracts/token.js'
import { defineOperator } from './define/define-operator.js'
import { definePipeline } from './define/define-pipeline.js'
import { definePlugin } from './define/define-plugin.js'
import type { MaestroConfig } from './define/maestro-config.js'
import { pipeline } from './define/pipeline.js'
import { maestro, openProject } from './maestro.js'

const rows = [{ text: 'one' }, { text: 'two' }, { text: 'three' }]
const louder = pipeline('louder').from(rows).step(upper, { input: 'text', output: 'loud', times: 1 })
const loud = ['ONE', 'TWO', 'THREE']

describe('in code, without any file', () => {
  function project(config: MaestroConfig = {}) {
    const folder = new ProjectFolder()
    const { plugin, written } = smallPlugin()
    return { folder, written, instance: maestro({ plugins: [plugin], directory: folder.path, ...config }) }
  }

  test('rows gives them as they come, opens no sink and leaves no trace', async () => {
    const { instance, folder, written } = project()
    const seen: unknown[] = []
    for await (const row of instance.rows(louder.write('acme.rows' as never, {} as never))) seen.push(row.loud)
    expect(seen).toEqual(loud)
    expect(written).toEqual([])
    expect(readdirSync(folder.path)).toEqual([])
  })

  test('a loop over rows may be left early, and it throws the error that stops the run', async () => {
    const { instance } = project()
    let made = 0
    const endless = pipeline('endless').from(function* () {
      for (;;) yield { n: made++ }
    })
    for await (const { n } of instance.rows(endless)) if (n === 5) break
    expect(made).toBeGreaterThan(5)
    const failing = pipeline('failing')
      .from(rows)
      .map(() => {
        throw new Error('no')
      })
    expect((await errorOf(async () => Array.fromAsync(instance.rows(failing)))).code).toBe('MAESTRO_RUN_ALL_FAILED')
  })

  test("a serving of the config, for code of one's own", async () => {
    const { instance } = project({ servings: { default: { use: 'acme.echo', apiKey: 'test' } } })
    const serving = await instance.serving('default', 'llm')
    expect((await serving.generate({ messages: [{ role: 'user', content: 'Hi' }] })).text).toBe('Hi')
    expect(await instance.serving('default', 'llm')).toBe(serving)
    expect((await errorOf(() => instance.serving('defualt', 'llm'))).code).toBe('MAESTRO_SERVING_UNKNOWN')
    expect((await errorOf(() => instance.serving('default', 'embedding'))).code).toBe('MAESTRO_SERVING_KIND')
    await instance.dispose()
  })

  test('preview shows rows after each step, and writes nothing', async () => {
    const { instance, folder, written } = project()
    const preview = await instance.preview(louder.write('acme.rows' as never, {} as never), 2)
    expect(preview.steps.map(({ id, use, rows: shown }) => [id, use, shown.map(({ row }) => row)])).toEqual([
      ['source', 'rows', [{ text: 'one' }, { text: 'two' }]],
      [
        '1-acme.upper',
        'acme.upper',
        [
          { text: 'one', loud: 'ONE' },
          { text: 'two', loud: 'TWO' },
        ],
      ],
    ])
    expect([written, readdirSync(folder.path)]).toEqual([[], []])
  })

  test('run writes, keeps a run folder and reports', async () => {
    const { instance, folder, written } = project({ stateDirectory: 'state' })
    const report = await instance.run(louder.write('acme.rows' as never, {} as never), { limit: 2 })
    expect(report).toMatchObject({
      status: 'done',
      pipeline: 'louder',
      sinks: [{ id: 'sink-1', rows: 2, location: 'memory' }],
    })
    expect(written.map((row) => row.loud)).toEqual(['ONE', 'TWO'])
    expect(report.directory).toContain(folder.file('state/runs'))
    expect(existsSync(join(report.directory ?? '', 'plan.json'))).toBe(true)
  })

  test('a sink is needed to run and not to look', async () => {
    const { instance } = project()
    expect((await errorOf(() => instance.run(louder))).code).toBe('MAESTRO_PIPELINE_INVALID')
    expect((await instance.preview(louder)).report.status).toBe('done')
  })

  test('an executor that no plugin contributes is an error, and one of a plugin runs the stages', async () => {
    const config = { executor: 'acme.remote' }
    const error = await errorOf(() => Array.fromAsync(project(config).instance.rows(louder)))
    expect(error).toMatchObject({ code: 'MAESTRO_REGISTRY_UNKNOWN', message: expect.stringContaining('acme.remote') })
    const partitions: unknown[] = []
    const remote = definePlugin({
      name: 'remote',
      apply: (hooks) =>
        hooks.executors.tap('remote', (registry) =>
          registry.add({
            name: 'acme.remote',
            create: () => ({
              name: 'acme.remote',
              async execute(stage, run) {
                for (const partition of stage) {
                  partitions.push(partition)
                  await run(partition)
                }
              },
              dispose: async () => void partitions.push('freed'),
            }),
          }),
        ),
    })
    const { instance } = project({ ...config, plugins: [remote] })
    expect(await Array.fromAsync(instance.rows(louder))).toHaveLength(3)
    await instance.dispose()
    expect(partitions).toEqual([{ stage: 0, index: 0 }, 'freed'])
  })
})

describe('from a config file', () => {
  test('pipelines, plugins and paths start at the folder of the file', async () => {
    const folder = new ProjectFolder({
      'maestro.config.yaml': "plugins: [['./plugins/two.js', { word: hello }]]\npipelines: flows/*.yaml",
      'flows/greet.yaml': 'name: greet\nread: { use: two.words }\nwrite: { use: two.words }',
      'below/x.txt': '',
      'plugins/two.js': `
        const options = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } }
        export default {
          name: 'two',
          manifest: { apiVersion: 1, contributes: { storages: { 'two.words': 'Words' } } },
          apply: (hooks, context) => hooks.storages.tap('two', (registry) => registry.add({
            name: 'two.words',
            source: { options, columns: () => ({ columns: {}, open: true }), open: () => ({
              async *read() { yield { ids: ['1'], rows: [{ word: context.options.word, at: context.directory }] } },
            }) },
            sink: { options, open: () => ({ write() {}, commit: async () => ({ rows: 1, location: 'x' }), abort: async () => {} }) },
          })),
        }`,
    })
    const project = openProject({ cwd: folder.file('below') })
    expect(await Array.fromAsync(project.rows('greet'))).toEqual([{ word: 'hello', at: folder.path }])
    const report = await project.run('greet')
    expect(report.directory).toContain(folder.file('.maestro/runs'))
  })
})

describe('what is loaded', () => {
  const contributes = (kind: string, name: string) => ({ apiVersion: 1, contributes: { [kind]: { [name]: 'It' } } })
  const bad = 'throw new Error("imported")'
  const serving = `
    const options = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } }
    export default { name: 'models', apply: (hooks) => hooks.servings.tap('models', (registry) => registry.add({
      name: 'models.chat', kind: 'llm', options,
      capabilities: () => ({ jsonSchema: false, images: false, audio: false }),
      create: () => ({ kind: 'llm', name: 'm', capabilities: {}, generate: async () => ({ text: 'answer', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'm' }) }),
    })) }`
  /** A project with one package, its manifest and its code. */
  const installed = (manifest: object, code: string) =>
    new ProjectFolder({
      'node_modules/models/package.json': { name: 'models', version: '1.0.0', type: 'module', maestro: manifest },
      'node_modules/models/index.js': code,
    })
  const withModels = (folder: ProjectFolder, config: MaestroConfig = {}) =>
    maestro({
      plugins: [smallPlugin().plugin, 'models'],
      servings: { default: { use: 'models.chat' } },
      directory: folder.path,
      ...config,
    })

  test('a package that no step uses is never imported, even when the config names its servings', async () => {
    const plain = withModels(installed(contributes('servings', 'models.chat'), bad))
    expect(await Array.fromAsync(plain.rows(louder))).toHaveLength(3)
    expect(await Array.fromAsync(plain.rows(louder.map((row) => row)))).toHaveLength(3)
    expect((await plain.plugins()).map(({ name }) => name)).toEqual(['acme', 'models'])
  })

  test('the same package is imported when it asks for start-up', async () => {
    const manifest = { ...contributes('servings', 'models.chat'), startup: true }
    const error = await errorOf(() => Array.fromAsync(withModels(installed(manifest, bad)).rows(louder)))
    expect(error).toMatchObject({ code: 'MAESTRO_PLUGIN_LOAD', message: expect.stringContaining('imported') })
  })

  test.each([
    ['operators', 'acme.other', 'steps'],
    ['storages', 'acme.store', 'write'],
  ])('and when a pipeline names one of its %s', async (kind, name, part) => {
    const project = withModels(installed(contributes(kind, name), bad))
    const given = definePipeline({
      name: 'p',
      read: { use: 'acme.rows', columns: ['text'] },
      steps: part === 'steps' ? [{ use: name }] : [],
      write: { use: part === 'write' ? name : 'acme.rows' },
    })
    expect((await errorOf(() => project.plan(given))).code).toBe('MAESTRO_PLUGIN_LOAD')
  })

  test('an executor is loaded when the config names it', async () => {
    const project = withModels(installed(contributes('executors', 'models.farm'), bad), { executor: 'models.farm' })
    expect((await errorOf(() => Array.fromAsync(project.rows(louder)))).code).toBe('MAESTRO_PLUGIN_LOAD')
  })

  test('an operator of any name gets the serving that it says it needs', async () => {
    const folder = installed(contributes('servings', 'models.chat'), serving)
    const asked = pipeline('p')
      .from(rows)
      .step(ask, { prompt: new Question('{{text}}'), output: 'a', serving: 'default', json: false })
    expect((await Array.fromAsync(withModels(folder).rows(asked))).map((row) => row.a)).toEqual([
      'answer',
      'answer',
      'answer',
    ])
    const named = definePipeline({
      name: 'p',
      read: { use: 'acme.rows', columns: ['text'] },
      steps: [{ use: 'acme.ask', prompt: new Question('{{text}}') }],
    })
    expect(await Array.fromAsync(withModels(folder).rows(named))).toMatchObject([{ answer: 'answer' }, {}, {}])
  })

  test('and so does one that names its serving, under an official prefix too', async () => {
    const quiet = defineOperator({
      name: 'table.quiet',
      kind: 'map',
      options: z.object({}),
      servings: () => [{ kind: 'llm', name: 'default' }],
      adds: { model: 'string' },
      inject: [SERVINGS],
      create:
        (_options, [servings]) =>
        async (row) => ({ ...row, model: servings.get('default', 'llm').name }),
    })
    const project = withModels(installed(contributes('servings', 'models.chat'), serving))
    expect(
      await Array.fromAsync(
        project.rows(
          pipeline('p')
            .from([{ n: 1 }])
            .step(quiet, {}),
        ),
      ),
    ).toEqual([{ n: 1, model: 'm' }])
  })

  test('a package of prompts is loaded when a step picks one of them', async () => {
    const asking = definePipeline({
      name: 'p',
      read: { use: 'acme.rows', columns: ['text'] },
      steps: [{ use: 'acme.ask', prompt: { use: 'models.question' } }],
      write: { use: 'acme.rows' },
    })
    const project = withModels(installed(contributes('prompts', 'models.question'), bad), {
      servings: { default: echo() },
    })
    expect((await errorOf(() => project.plan(asking))).code).toBe('MAESTRO_PLUGIN_LOAD')
  })
})

describe('secrets', () => {
  const secret = 'sk-very-secret-1'
  const asking = definePipeline({
    name: 'asking',
    read: { use: 'acme.rows', columns: ['text'] },
    steps: [{ use: 'acme.ask', id: 'ask', prompt: new Question('{{text}}') }],
    write: { use: 'acme.rows' },
  })
  /** All that a run leaves on disk, as one text. */
  const left = (folder: ProjectFolder) =>
    readdirSync(folder.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => folder.read(join(entry.parentPath.slice(folder.path.length), entry.name)))
      .join('\n')

  test.each([
    ['from the environment', env('MAESTRO_TEST_SECRET')],
    ['typed into the config', secret],
  ])('%s show in no plan, event, reject, report, hook or error', async (_what, apiKey) => {
    process.env.MAESTRO_TEST_SECRET = secret
    try {
      const folder = new ProjectFolder()
      const shown: unknown[] = []
      const watcher = definePlugin({
        name: 'watcher',
        observe(hooks) {
          hooks.requestDone((event) => void shown.push(event.error))
          hooks.rowRejected((event) => void shown.push(event.error))
          hooks.runDone((event) => void shown.push(event.report))
        },
      })
      const project = maestro({
        plugins: [smallPlugin().plugin, watcher],
        servings: { default: { use: 'acme.echo', apiKey, fail: true } },
        directory: folder.path,
      })
      expect(JSON.stringify(await project.plan(asking))).not.toContain(secret)
      const error = await errorOf(() => project.run(asking))
      expect(error.code).toBe('MAESTRO_RUN_ALL_FAILED')
      expect(error.message).toContain('401: [redacted] is not known')
      const { inspect } = await import('node:util')
      expect(inspect([error, shown], { depth: 20 })).not.toContain(secret)
      expect(shown).toHaveLength(7)
      const files = left(folder)
      expect(files).toContain('401: [redacted] is not known')
      expect(files).not.toContain(secret)
    } finally {
      delete process.env.MAESTRO_TEST_SECRET
    }
  })

  test('a variable that is not set is missed only by a pipeline that uses the serving', async () => {
    const folder = new ProjectFolder()
    const servings = { default: { use: 'acme.echo', apiKey: env('MAESTRO_TEST_NONE') } }
    const project = maestro({ plugins: [smallPlugin().plugin], servings, directory: folder.path })
    expect(await Array.fromAsync(project.rows(louder))).toHaveLength(3)
    const error = await errorOf(() => project.run(asking))
    expect(error).toMatchObject({
      code: 'MAESTRO_CONFIG_ENV_MISSING',
      message: 'The environment variable MAESTRO_TEST_NONE, which servings.default.apiKey needs, is not set.',
    })
  })
})

describe('each run has a scope of its own', () => {
  const seen: { logger: Logger; project: ProjectAccess }[] = []
  const looking = defineOperator({
    name: 'acme.look',
    kind: 'map',
    options: z.object({}),
    inject: [LOGGER, PROJECT],
    create: (_options, [logger, project]) => {
      seen.push({ logger, project })
      return (row) => row
    },
  })

  test('values of the project are shared, and values of the run are new', async () => {
    seen.length = 0
    const project = maestro({ directory: new ProjectFolder().path })
    for (const name of ['a', 'b'])
      await Array.fromAsync(
        project.rows(
          pipeline(name)
            .from([{ n: 1 }])
            .step(looking, {}),
        ),
      )
    expect(seen).toHaveLength(2)
    expect(seen[0]?.project).toBe(seen[1]?.project)
    expect(seen[0]?.logger).not.toBe(seen[1]?.logger)
  })

  test('servings live as long as the project, whatever happens to a run', async () => {
    const freed: string[] = []
    const serving = { ...echo(), dispose: async () => void freed.push('serving') }
    const project = maestro({ servings: { default: serving }, directory: new ProjectFolder().path })
    const asked = pipeline('p')
      .from(rows)
      .step(ask, { prompt: new Question('{{text}}'), output: 'a', serving: 'default', json: false })
    await Array.fromAsync(project.rows(asked))
    const stopped = new AbortController()
    stopped.abort()
    await errorOf(() => project.preview(asked, 2, { signal: stopped.signal }))
    await Array.fromAsync(project.rows(asked))
    expect(freed).toEqual([])
    await project.dispose()
    expect(freed).toEqual(['serving'])
  })

  test('a token that nothing provides is named with the step', async () => {
    const strange = defineOperator({
      name: 'acme.strange',
      kind: 'map',
      options: z.object({}),
      inject: [createToken<Logger>('acme.unknown')],
      create: () => (row) => row,
    })
    const project = maestro({ directory: new ProjectFolder().path })
    const given = pipeline('p')
      .from([{ n: 1 }])
      .step(strange, {})
    expect(await errorOf(() => Array.fromAsync(project.rows(given)))).toMatchObject({
      code: 'MAESTRO_PIPELINE_INVALID',
      details: {
        errors: [
          {
            code: 'MAESTRO_CONTAINER_UNKNOWN_TOKEN',
            message: 'acme.strange needs a value: The token acme.unknown has no value.',
            step: '1-acme.strange',
          },
        ],
      },
    })
  })
})

test('a request to a model carries its run, so that it is accounted for', async () => {
  const requests: LLMRequest[] = []
  const serving = { ...echo(), generate: (request: LLMRequest) => (requests.push(request), echo().generate(request)) }
  const { plugin } = smallPlugin()
  const project = maestro({ plugins: [plugin], servings: { default: serving }, directory: new ProjectFolder().path })
  const asked = pipeline('p')
    .from(rows)
    .step(ask, { prompt: new Question('{{text}}'), output: 'a', serving: 'default', json: false })
  const report = await project.run(asked.write('acme.rows' as never, {} as never))
  expect(requests).toHaveLength(3)
  expect(report.usage).toEqual({
    requests: 3,
    failedRequests: 0,
    reusedAnswers: 0,
    retries: 0,
    inputTokens: 9,
    outputTokens: 6,
    cachedInputTokens: 0,
    reasoningTokens: 0,
    cost: 1.5,
  })
})
