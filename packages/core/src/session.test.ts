import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf, ProjectFolder } from './__fixtures__/project-folder.js'
import { ask, echo, Question, smallPlugin } from './__fixtures__/small-plugin.js'
import { RESPONSE_CACHE, type ResponseCache } from './contracts/response-cache.js'
import type { ServingDefinition } from './contracts/serving-definition.js'
import type { TableStatement } from './contracts/table-engine.js'
import { defineExecutor, defineServing } from './define/define-component.js'
import { defineOperator } from './define/define-operator.js'
import { definePipeline } from './define/define-pipeline.js'
import { definePlugin } from './define/define-plugin.js'
import type { MaestroConfig } from './define/maestro-config.js'
import { pipeline } from './define/pipeline.js'
import { maestro } from './maestro.js'

const rows = [{ text: 'one' }, { text: 'two' }]
const asked = pipeline('asked')
  .from(rows)
  .step(ask, { prompt: new Question('{{text}}'), output: 'answer', serving: 'default', json: false })

const project = (config: MaestroConfig) =>
  maestro({ directory: new ProjectFolder().path, logLevel: 'silent', ...config })

/** A plugin with a serving; what happens to them is noted. */
function models(events: string[], dispose: () => Promise<void> = async () => void events.push('serving freed')) {
  const serving = defineServing({
    name: 'models.chat',
    kind: 'llm',
    options: z.object({}),
    capabilities: () => ({ jsonSchema: false, images: false, audio: false }),
    create: () => {
      events.push('serving made')
      return { ...echo(), dispose }
    },
  }) as ServingDefinition
  return definePlugin({
    name: 'models',
    apply(hooks) {
      events.push('applied')
      hooks.servings.tap('models', (registry) => registry.add(serving))
    },
  })
}

describe('runs of one project', () => {
  const servings = { default: { use: 'models.chat' } }

  test('runs that begin together share one session', async () => {
    const events: string[] = []
    const instance = project({ plugins: [models(events)], servings })
    const results = await Promise.all([1, 2, 3].map(() => Array.fromAsync(instance.rows(asked))))
    expect(results.map((result) => result.length)).toEqual([2, 2, 2])
    expect(events).toEqual(['applied', 'serving made'])
    await instance.dispose()
    expect(events).toEqual(['applied', 'serving made', 'serving freed'])
    await instance.dispose()
    expect(events).toHaveLength(3)
  })

  test('a session that failed to open is opened again by the next run', async () => {
    let broken = true
    const flaky = definePlugin({
      name: 'flaky',
      apply() {
        if (broken) throw new Error('not yet')
      },
    })
    const instance = project({ plugins: [flaky] })
    const plain = pipeline('plain').from(rows)
    expect((await errorOf(() => Array.fromAsync(instance.rows(plain)))).code).toBe('MAESTRO_PLUGIN_APPLY')
    broken = false
    expect(await Array.fromAsync(instance.rows(plain))).toHaveLength(2)
  })

  test('share one cache of answers', async () => {
    const caches: ResponseCache[] = []
    const looking = defineOperator({
      name: 'acme.look',
      kind: 'map',
      options: z.object({}),
      inject: [RESPONSE_CACHE],
      create: (_options, [cache]) => {
        caches.push(cache)
        return (row) => row
      },
    })
    const instance = project({})
    for (const name of ['a', 'b']) await Array.fromAsync(instance.rows(pipeline(name).from(rows).step(looking, {})))
    expect(caches).toHaveLength(2)
    expect(caches[0]).toBe(caches[1])
    await caches[0]?.set('key', { text: 'kept' }, {})
    expect(await caches[1]?.get('key')).toEqual({ text: 'kept' })
  })

  test('disposing frees everything that was created, even when one part fails', async () => {
    const events: string[] = []
    const farm = definePlugin({
      name: 'farm',
      apply: (hooks) =>
        hooks.executors.tap('farm', (registry) =>
          registry.add({
            name: 'farm.run',
            create: () => ({
              name: 'farm.run',
              async execute(partitions, run) {
                for (const partition of partitions) await run(partition)
              },
              dispose: () => Promise.reject(new Error('stuck')),
            }),
          }),
        ),
    })
    const freed = async () => void events.push('freed')
    const two = { ...echo(), name: 'two', dispose: freed }
    const instance = project({
      plugins: [models(events, () => Promise.reject(new Error('also stuck'))), farm],
      servings: { ...servings, two },
      executor: 'farm.run',
    })
    const both = asked.step(ask, { prompt: new Question('{{text}}'), output: 'b', serving: 'two', json: false })
    expect(await Array.fromAsync(instance.rows(both))).toHaveLength(2)
    expect((await errorOf(() => instance.dispose())).message).toBe('executor could not be disposed of: stuck.')
    expect(events).toEqual(['applied', 'serving made', 'freed'])
  })
})

test('an executor that has other workers than its definition says runs nothing', async () => {
  const workers = { asksServings: true, open: () => Promise.reject(new Error('not here')) }
  const execute = () => Promise.reject(new Error('not here'))
  const create = () => ({ name: 'farm.run', workers, execute, dispose: async () => undefined })
  const withDefinition = (planned?: { readonly asksServings: boolean }) => {
    const executors = [defineExecutor({ name: 'farm.run', workers: planned, create })]
    return project({ plugins: [definePlugin({ name: 'farm', executors })], executor: 'farm.run' as never })
  }
  const rows = pipeline('rows').from([{ n: 1 }])
  expect(await errorOf(() => Array.fromAsync(withDefinition().rows(rows)))).toMatchObject({
    code: 'MAESTRO_EXECUTOR_WORKERS',
    message: 'The executor farm.run has workers that ask models, but its definition says no workers.',
  })
  expect(await errorOf(() => Array.fromAsync(withDefinition({ asksServings: false }).rows(rows)))).toMatchObject({
    code: 'MAESTRO_EXECUTOR_WORKERS',
  })
})

describe('the table engine', () => {
  const made: unknown[] = []
  const engines = (...names: string[]) =>
    definePlugin({
      name: 'engines',
      apply: (hooks) =>
        hooks.tableEngines.tap('engines', (registry) => {
          for (const name of names)
            registry.add({
              name,
              options: z.strictObject({ threads: z.number().optional() }),
              create: (options) => {
                made.push([name, options])
                return {
                  name,
                  prepare: async () => ({ faults: [], reads: [] }),
                  execute: () => Promise.reject(new Error('not here')),
                  dispose: async () => void made.push('freed'),
                }
              },
            })
        }),
    })
  const limited = defineOperator({
    name: 'acme.limit',
    kind: 'table',
    options: z.object({}),
    create: () => (): readonly TableStatement[] => [{ kind: 'limit', count: 1 }],
  })
  const write = (steps: readonly { readonly use: string }[]) =>
    definePipeline({ name: 'p', read: { use: 'acme.rows', columns: ['text'] }, steps, write: { use: 'acme.rows' } })
  const tables = definePlugin({
    name: 'tables',
    operators: [limited],
  })
  const withEngines = (config: MaestroConfig, ...names: string[]) => {
    made.length = 0
    return project({ plugins: [smallPlugin().plugin, tables, engines(...names)], ...config })
  }

  test('is that of the loaded plugin, created once, when a step needs it', async () => {
    const instance = withEngines({}, 'fast.engine')
    await instance.plan(write([]))
    expect(made).toEqual([])
    for (let time = 0; time < 2; time++) await instance.plan(write([{ use: 'acme.limit' }]))
    expect(made).toEqual([['fast.engine', {}]])
    await instance.dispose()
    expect(made).toEqual([['fast.engine', {}], 'freed'])
  })

  test('is the one that the config names, with its options', async () => {
    const tableEngine = { use: 'other.engine', threads: 2 }
    await withEngines({ tableEngine }, 'fast.engine', 'other.engine').plan(write([{ use: 'acme.limit' }]))
    expect(made).toEqual([['other.engine', { threads: 2 }]])
  })

  test('that no plugin contributes is a fault of the step', async () => {
    const instance = withEngines({ tableEngine: 'fast.engin' }, 'fast.engine')
    const error = await errorOf(() => instance.plan(write([{ use: 'acme.limit' }])))
    expect(error.details.errors).toMatchObject([
      {
        code: 'MAESTRO_REGISTRY_UNKNOWN',
        step: '1-acme.limit',
        message: 'tableEngine: there is no table engine "fast.engin".',
        hint: expect.stringContaining('Did you mean "fast.engine"?'),
      },
    ])
  })
})

test('the contributions of a plugin do not include those of the plugins that it requires', async () => {
  const events: string[] = []
  const other = definePlugin({
    name: 'other',
    manifest: { apiVersion: 1, contributes: { operators: { 'other.limit': 'One row' } }, requires: ['models'] },
    apply: (hooks) =>
      hooks.operators.tap('other', (registry) =>
        registry.add(
          defineOperator({
            name: 'other.limit',
            kind: 'map',
            options: z.object({}),
            create: () => (row) => row,
          }) as never,
        ),
      ),
  })
  const contributions = await project({ plugins: [other, models(events)] }).contributionsOf('other')
  expect(contributions.map(({ kind, name, plugin }) => [kind, name, plugin])).toEqual([
    ['operators', 'other.limit', 'other'],
  ])
  expect(events).toEqual(['applied'])
})
