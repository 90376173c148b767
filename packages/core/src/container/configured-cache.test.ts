import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { ask, echo, Question } from '../__fixtures__/small-plugin.js'
import { createMemoryCache } from '../builtin/memory-cache.js'
import { env } from '../contracts/config.js'
import type { LLMServing } from '../contracts/serving.js'
import { definePlugin } from '../define/define-plugin.js'
import type { CacheConfig, MaestroConfig } from '../define/maestro-config.js'
import { duration } from '../define/options/duration.js'
import { type PipelineInput, pipeline } from '../define/pipeline.js'
import { maestro } from '../maestro.js'

/** A model that says who it is, and how often it was asked. */
function model() {
  let calls = 0
  const inner = echo()
  const serving: LLMServing = {
    ...inner,
    identity: {},
    generate(request, options) {
      calls++
      return inner.generate(request, options)
    },
  }
  return { serving, calls: () => calls }
}

const rows = ['a', 'b', 'c', 'a'].map((text) => ({ text }))
const asking = (name = 'asking') =>
  pipeline(name)
    .from(rows)
    .step(ask, { prompt: new Question('{{text}}'), output: 'answer', serving: 'default', json: false })

/** Runs a pipeline in a project that is opened for it, as a process of its own would. */
async function runIn(folder: ProjectFolder, config: MaestroConfig, define: PipelineInput = asking()) {
  const project = maestro({ directory: folder.path, logLevel: 'silent', ...config })
  try {
    return await Array.fromAsync(project.rows(define))
  } finally {
    await project.dispose()
  }
}

const kept = (folder: ProjectFolder, state = '.maestro') => existsSync(join(folder.path, state, 'cache/answers.sqlite'))

describe('answers of a run', () => {
  test('are kept on the disk unless the config says otherwise; the next run asks nothing', async () => {
    const folder = new ProjectFolder()
    const { serving, calls } = model()
    const first = await runIn(folder, { servings: { default: serving } })
    expect(calls()).toBe(3)
    expect(await runIn(folder, { servings: { default: serving } })).toEqual(first)
    expect(calls()).toBe(3)
    expect(kept(folder)).toBe(true)
  })

  test('those of a preview are the run’s too', async () => {
    const folder = new ProjectFolder()
    const { serving, calls } = model()
    const project = maestro({ directory: folder.path, servings: { default: serving } })
    await project.preview(asking(), 2)
    expect(calls()).toBe(2)
    await runIn(folder, { servings: { default: serving } })
    await project.dispose()
    expect(calls()).toBe(3)
  })

  test('are in the state directory', async () => {
    const folder = new ProjectFolder()
    await runIn(folder, { servings: { default: model().serving }, stateDirectory: 'state', cache: { use: 'disk' } })
    expect([kept(folder), kept(folder, 'state')]).toEqual([false, true])
  })

  test('with `cache: false` they are reused within the run and not beyond', async () => {
    const folder = new ProjectFolder()
    const { serving, calls } = model()
    for (const expected of [3, 6]) {
      await runIn(folder, { servings: { default: serving }, cache: false })
      expect(calls()).toBe(expected)
    }
    expect(kept(folder)).toBe(false)
  })

  test('in memory they are shared by the pipelines of a project and gone with it', async () => {
    const folder = new ProjectFolder()
    const { serving, calls } = model()
    const other = definePlugin({ name: 'other', apply() {} })
    const config: MaestroConfig = { servings: { default: serving }, cache: { use: 'memory' }, plugins: [other] }
    const project = maestro({ directory: folder.path, ...config })
    for (const name of ['one', 'two']) await Array.fromAsync(project.rows(asking(name)))
    expect(calls()).toBe(3)
    expect(await (await project.responseCache())?.stats()).toMatchObject({ entries: 3 })
    await project.dispose()
    await runIn(folder, config)
    expect(calls()).toBe(6)
    expect(kept(folder)).toBe(false)
  })

  test('the bounds of the config hold', async () => {
    const folder = new ProjectFolder()
    const { serving, calls } = model()
    const config = { servings: { default: serving }, cache: { maxSize: 10 } }
    for (const expected of [3, 6]) {
      await runIn(folder, config)
      expect(calls()).toBe(expected)
    }
    const young = { servings: { default: serving }, cache: { ttl: 0.0864 } }
    for (const expected of [9, 12]) {
      await runIn(new ProjectFolder(), young)
      expect(calls()).toBe(expected)
    }
  })

  test('a run without AI opens and makes nothing', async () => {
    const folder = new ProjectFolder()
    await runIn(folder, { servings: { default: model().serving } }, pipeline('plain').from(rows))
    expect(existsSync(join(folder.path, '.maestro/cache'))).toBe(false)
  })
})

describe('a contributed cache', () => {
  const made: unknown[] = []
  const acme = definePlugin({
    name: 'acme',
    apply: (hooks) =>
      hooks.caches.tap('acme', (registry) =>
        registry.add({
          name: 'acme.cache',
          options: z.strictObject({ url: z.string(), ttl: duration().optional() }),
          create(options) {
            made.push(options)
            return createMemoryCache()
          },
        }),
      ),
  })

  test('is made with its options when the first answer is looked for', async () => {
    process.env.MAESTRO_TEST_URL = 'from the environment'
    const { serving, calls } = model()
    const cache = { use: 'acme.cache', url: env('MAESTRO_TEST_URL'), ttl: '3d' as const }
    const folder = new ProjectFolder()
    const project = maestro({ directory: folder.path, plugins: [acme], servings: { default: serving }, cache })
    await Array.fromAsync(project.rows(pipeline('plain').from(rows)))
    expect(made).toEqual([])
    for (const name of ['one', 'two']) await Array.fromAsync(project.rows(asking(name)))
    expect(made).toEqual([{ url: 'from the environment', ttl: 259_200_000 }])
    expect(calls()).toBe(3)
    await project.dispose()
    delete process.env.MAESTRO_TEST_URL
  })

  test('that is not there is an error of the plan, with the one that was meant', async () => {
    const project = (cache: CacheConfig) =>
      maestro({ directory: new ProjectFolder().path, plugins: [acme], servings: { default: model().serving }, cache })
    const error = await errorOf(() => Array.fromAsync(project({ use: 'acme.cash' }).rows(asking())))
    expect(error.message + error.hint).toMatch(/no cache "acme\.cash".*acme\.cache/s)
    // A pipeline that asks no model has no need of it.
    expect(await Array.fromAsync(project({ use: 'acme.cash' }).rows(pipeline('plain').from(rows)))).toHaveLength(4)
    expect((await errorOf(() => project({ use: 'acme.cash' }).responseCache())).code).toBe('MAESTRO_REGISTRY_UNKNOWN')
    const wrong = await errorOf(() => project({ use: 'acme.cache', uri: 'x' }).responseCache())
    expect(wrong.code).toBe('MAESTRO_CONFIG_INVALID')
    expect(wrong.details.issues).toHaveLength(2)
  })
})
