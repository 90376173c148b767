import { afterEach, describe, expect, test, vi } from 'vitest'
import { errorOf, ProjectFolder } from './__fixtures__/project-folder.js'
import { smallPlugin } from './__fixtures__/small-plugin.js'
import { definePipeline } from './define/define-pipeline.js'
import { definePlugin } from './define/define-plugin.js'
import { defineSink, defineStorage } from './define/define-storage.js'
import { pipeline } from './define/pipeline.js'
import { maestro, openProject } from './maestro.js'

const secret = 'sk-from-the-environment'
const keyed = definePipeline({
  name: 'keyed',
  read: { use: 'acme.rows', columns: ['text'] },
  steps: [{ use: 'acme.ask', id: 'ask' }],
  write: { use: 'acme.rows' },
})
const plain = definePipeline({
  name: 'plain',
  read: { use: 'acme.rows', columns: ['text'] },
  write: { use: 'acme.rows' },
})
afterEach(() => void vi.unstubAllEnvs())

/** What is written to standard error meanwhile. */
async function logged(work: () => Promise<unknown>): Promise<string> {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    await work()
    return write.mock.calls.map(([text]) => String(text)).join('')
  } finally {
    write.mockRestore()
  }
}

describe('a secret of a config file', () => {
  const forms = [
    [
      'maestro.config.json',
      { servings: { default: { use: 'acme.echo', apiKey: { env: 'MAESTRO_TEST_SECRET' }, fail: true } } },
    ],
    [
      'maestro.config.yaml',
      'servings: { default: { use: acme.echo, apiKey: { env: MAESTRO_TEST_SECRET }, fail: true } }',
    ],
    [
      'package.json',
      {
        'maestro-dataflow': {
          servings: { default: { use: 'acme.echo', apiKey: { env: 'MAESTRO_TEST_SECRET' }, fail: true } },
        },
      },
    ],
  ] as const

  test.each(forms)('%s: reaches the serving and shows nowhere', async (name, content) => {
    vi.stubEnv('MAESTRO_TEST_SECRET', secret)
    const folder = new ProjectFolder({ [name]: content })
    const project = openProject({ cwd: folder.path, plugins: [smallPlugin().plugin] })
    const error = await errorOf(() => project.run(keyed))
    expect(error.message).toContain('401: [redacted] is not known')
    expect(JSON.stringify(error)).not.toContain(secret)
  })

  test.each(forms)(
    '%s: one that is not set is named with its setting, when the serving is used',
    async (name, content) => {
      vi.stubEnv('MAESTRO_TEST_SECRET', undefined)
      const folder = new ProjectFolder({ [name]: content })
      const project = openProject({ cwd: folder.path, plugins: [smallPlugin().plugin] })
      expect((await project.run(plain)).status).toBe('done')
      expect(await errorOf(() => project.run(keyed))).toMatchObject({
        code: 'MAESTRO_CONFIG_ENV_MISSING',
        message: 'The environment variable MAESTRO_TEST_SECRET, which servings.default.apiKey needs, is not set.',
        hint: expect.stringContaining('export MAESTRO_TEST_SECRET='),
      })
    },
  )
})

describe('a secret among the options of a plugin', () => {
  const chatty = `export default {
    name: 'chatty',
    manifest: { apiVersion: 1 },
    apply(_hooks, { options, logger }) {
      logger.debug('not at this level')
      logger.warn('begins with ' + options.key, { key: options.key })
      if (options.fail) throw new Error('no ' + options.key)
    },
  }`
  const open = (options: object, logLevel = 'warn') =>
    openProject({
      cwd: new ProjectFolder({
        'chatty.js': chatty,
        'maestro.config.json': {
          logLevel,
          plugins: [['./chatty.js', { key: { env: 'MAESTRO_TEST_SECRET' }, ...options }]],
        },
      }).path,
    })
  const rows = pipeline('p').from([{ n: 1 }])

  test('shows in no line of the log; the level of the config counts', async () => {
    vi.stubEnv('MAESTRO_TEST_SECRET', secret)
    const lines = await logged(() => Array.fromAsync(open({}).rows(rows)))
    expect(lines).toBe('warn: begins with [redacted] plugin=chatty key=[redacted]\n')
    expect(await logged(() => Array.fromAsync(open({}, 'silent').rows(rows)))).toBe('')
  })

  test('shows in no error of the hops before the run', async () => {
    vi.stubEnv('MAESTRO_TEST_SECRET', secret)
    const project = open({ fail: true }, 'silent')
    for (const work of [
      () => project.plan(rows),
      () => project.pluginsOf(rows),
      () => project.contributionsOf('chatty'),
      () => Array.fromAsync(project.rows(rows)),
    ]) {
      const error = await errorOf(work)
      expect(error).toMatchObject({ code: 'MAESTRO_PLUGIN_APPLY', details: { reason: 'no [redacted]' } })
      expect(JSON.stringify(error)).not.toContain(secret)
      expect(String((error.cause as Error).stack)).not.toContain(secret)
    }
  })
})

describe('a project', () => {
  test('is found from a folder, taken from a file, or begins in the working directory', async () => {
    const folder = new ProjectFolder({ 'maestro.config.json': { keepRuns: 1 }, 'conf/night.json': { keepRuns: 2 } })
    expect((await openProject({ cwd: folder.path }).config()).keepRuns).toBe(1)
    const named = await openProject({ cwd: folder.path, file: 'conf/night.json' }).config()
    expect(named).toMatchObject({ keepRuns: 2, path: folder.file('conf/night.json'), directory: folder.file('conf') })
    expect((await maestro().config()).directory).toBe(process.cwd())
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder.path)
    try {
      expect((await openProject().config()).keepRuns).toBe(1)
    } finally {
      cwd.mockRestore()
    }
  })

  test('has the plugins of its config and then those that are added', async () => {
    const code = "export default { name: 'first', manifest: { apiVersion: 1 }, apply() {} }"
    const folder = new ProjectFolder({ 'first.js': code, 'maestro.config.json': { plugins: ['./first.js'] } })
    const added = definePlugin({ name: 'second', apply: () => undefined })
    const project = openProject({ cwd: folder.path, plugins: [added] })
    expect((await project.plugins()).map(({ name }) => name)).toEqual(['first', 'second'])
    expect((await openProject({ cwd: folder.path }).plugins()).map(({ name }) => name)).toEqual(['first'])
  })

  test('runs a pipeline by name, with texts as parameters', async () => {
    const folder = new ProjectFolder({
      'maestro.config.json': { pipelines: 'flows/*.yaml' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: parameters of data are written like this
      'flows/some.yaml': 'name: some\nparams: { count: 1 }\nread: { use: acme.rows, columns: [n], count: "${count}" }',
    })
    const project = openProject({ cwd: folder.path, plugins: [smallPlugin().plugin] })
    expect(await Array.fromAsync(project.rows('some', { params: { count: '2' } }))).toHaveLength(2)
    expect(await errorOf(() => Array.fromAsync(project.rows('some', { params: { count: 'two' } })))).toMatchObject({
      code: 'MAESTRO_PIPELINE_PARAMS',
      details: { issues: ['count: a number is expected, not "two"'] },
    })
  })

  test('a run asks its sinks before it begins whether outputs are in the way; a plan does not', async () => {
    const asked: boolean[] = []
    const options = { '~standard': { version: 1 as const, vendor: 'x', validate: (value: unknown) => ({ value }) } }
    const sinks = definePlugin({
      name: 'sinks',
      apply: (hooks) =>
        hooks.storages.tap('sinks', (registry) =>
          registry.add(
            defineStorage({
              name: 'sinks.note',
              sink: defineSink({
                options,
                check: async (_options, { overwrite }) => {
                  asked.push(overwrite)
                  return []
                },
                open: () => ({
                  write: () => undefined,
                  commit: async () => ({ rows: 1, location: 'x' }),
                  abort: async () => undefined,
                }),
              }),
            }),
          ),
        ),
    })
    const project = maestro({ plugins: [sinks], directory: new ProjectFolder().path })
    const noting = pipeline('p')
      .from([{ n: 1 }])
      .write('sinks.note' as never, {} as never)
    await project.run(noting)
    await project.run(noting, { overwrite: true })
    await project.plan(noting)
    await project.plan(noting, { overwrite: false })
    expect(asked).toEqual([false, true, true, false])
    await Array.fromAsync(project.rows(noting))
    await project.preview(noting)
    expect(asked).toHaveLength(4)
  })
})
