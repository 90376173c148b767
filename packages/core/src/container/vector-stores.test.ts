import { beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { listedVectors } from '../__fixtures__/listed-vectors.js'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { env } from '../contracts/config.js'
import { LOGGER } from '../contracts/logger.js'
import { VECTOR_STORES } from '../contracts/vector-store.js'
import { defineVectorStore } from '../define/define-component.js'
import { defineOperator } from '../define/define-operator.js'
import { definePlugin } from '../define/define-plugin.js'
import { defineSink, defineStorage } from '../define/define-storage.js'
import type { MaestroConfig } from '../define/maestro-config.js'
import { pipeline } from '../define/pipeline.js'
import { maestro } from '../maestro.js'

const happened: unknown[] = []
beforeEach(() => void happened.splice(0))

const vectors = defineVectorStore({
  name: 'acme.vectors',
  description: 'Vectors in a list',
  options: z.strictObject({ path: z.string(), fails: z.boolean().default(false) }),
  inject: [LOGGER],
  create: async ({ path, fails }, [logger]) => {
    happened.push(['opened', path, typeof logger.info])
    if (fails && happened.length === 1) throw new RangeError(`no ${path}`)
    return listedVectors(path, () => happened.push(['closed', path]))
  },
})
const acme = definePlugin({
  name: 'acme',
  vectorStores: [vectors],
})

/** Puts each row into a store and says how many are in it. */
const put = defineOperator({
  name: 'test.put',
  kind: 'map',
  options: z.strictObject({ store: z.string().default('kb') }),
  inject: [VECTOR_STORES],
  vectorStores: ({ store }) => [store],
  create:
    ({ store }, [stores]) =>
    async (row, { rowId }) => {
      const kb = await stores.get(store)
      await kb.addVectors([{ id: rowId, vector: Float32Array.of(1) }])
      return { ...row, ids: (await kb.search([{ vector: Float32Array.of(1), k: 1 }]))[0]?.map(({ id }) => id) }
    },
})
const putting = (store = 'kb') =>
  pipeline('p')
    .from([{ n: 1 }, { n: 2 }])
    .step(put, { store })

const project = (vectorStores: MaestroConfig['vectorStores'], plugins: MaestroConfig['plugins'] = [acme]) =>
  maestro({ plugins, directory: new ProjectFolder().path, logLevel: 'silent', ...(vectorStores && { vectorStores }) })

describe('a vector store of the config', () => {
  test('is opened when first asked for, shared, and closed with the project, once', async () => {
    vi.stubEnv('MAESTRO_TEST_PATH', 'from the environment')
    const made = project({
      kb: { use: 'acme.vectors', path: env('MAESTRO_TEST_PATH') },
      other: { use: 'acme.vectors' },
    })
    const rows = await Array.fromAsync(made.rows(putting()))
    expect(rows.map(({ n }) => n)).toEqual([1, 2])
    expect(happened).toEqual([['opened', 'from the environment', 'function']])
    const kb = await made.vectorStore('kb')
    expect(await made.vectorStore('kb')).toBe(kb)
    expect(await kb.count()).toBe(2)
    await made.dispose()
    await made.dispose()
    expect(happened.slice(1)).toEqual([['closed', 'from the environment']])
    vi.unstubAllEnvs()
  })

  test('may be made in code', async () => {
    const kb = listedVectors()
    await Array.fromAsync(project({ kb }, []).rows(putting()))
    expect(await kb.count()).toBe(2)
  })

  test('that could not be opened is tried again when it is asked for again', async () => {
    const made = project({ kb: { use: 'acme.vectors', path: 'x', fails: true } })
    expect((await errorOf(() => made.vectorStore('kb'))).message).toBe('no x')
    expect((await made.vectorStore('kb')).name).toBe('x')
    await made.dispose()
  })

  test('is named in the plan, and a step that uses one is not deterministic', async () => {
    const sink = definePlugin({
      name: 'sink',
      apply: (hooks) =>
        hooks.storages.tap('sink', (registry) =>
          registry.add(
            defineStorage({ name: 'sink.none', sink: defineSink({ options: {}, open: () => ({}) as never }) }),
          ),
        ),
    })
    const written = putting().write('sink.none' as never, {} as never)
    const plan = await project({ kb: { use: 'acme.vectors', path: 'x' } }, [acme, sink]).plan(written)
    expect(plan.steps).toMatchObject([{ vectorStores: ['kb'], deterministic: false }])
    expect(happened).toEqual([])
  })

  test('an unknown store is an error of the plan that lists the known ones, the near one, and a line to add', async () => {
    const made = project({ kb: { use: 'acme.vectors', path: 'x' } })
    for (const name of ['kbb', '__proto__', 'toString']) {
      const error = await errorOf(() => Array.fromAsync(made.rows(putting(name))))
      expect(error.code).toBe('MAESTRO_PIPELINE_INVALID')
      expect(error.message).toContain(`no vector store "${name}" is configured`)
      expect(await errorOf(() => made.vectorStore(name))).toMatchObject({ code: 'MAESTRO_VECTORS_UNKNOWN' })
    }
    const { hint } = await errorOf(() => made.vectorStore('kbb'))
    expect(hint).toMatch(/Did you mean "kb"\? Known: kb\. Add one to `vectorStores`.*use: 'lance\.vectors'/)
    const unknown = await errorOf(() => Array.fromAsync(project({ kb: { use: 'acme.vector' } }).rows(putting())))
    expect(unknown.message).toContain('acme.vector')
  })

  test('takes only its own options: every fault with its setting', async () => {
    const error = await errorOf(() => project({ kb: { use: 'acme.vectors', pth: 'x' } }).vectorStore('kb'))
    expect(error.code).toBe('MAESTRO_CONFIG_INVALID')
    expect(error.details.issues).toEqual([
      'vectorStores.kb.pth: there is no such setting. Did you mean "path"? Known: path, fails.',
      '`vectorStores.kb.path` is missing: a string is expected',
    ])
    const shape = await errorOf(() => project({ kb: { search: 1 } as never }).config())
    expect(shape.message).toContain("vectorStores.kb: { use: 'name of a vector store', ...options } is expected")
  })
})

test('the plugin of a store is imported only for a pipeline that asks for one', async () => {
  const folder = new ProjectFolder({
    'node_modules/stores/package.json': {
      name: 'stores',
      type: 'module',
      maestro: { apiVersion: 1, contributes: { vectorStores: { 'stores.vectors': 'Vectors' } } },
    },
    'node_modules/stores/index.js': "throw new Error('imported')",
  })
  const made = maestro({
    plugins: ['stores'],
    vectorStores: { kb: { use: 'stores.vectors' }, mine: listedVectors() },
    directory: folder.path,
  })
  const rows = pipeline('plain').from([{ n: 1 }])
  expect(await Array.fromAsync(made.rows(rows))).toEqual([{ n: 1 }])
  expect((await made.vectorStore('mine')).name).toBe('listed')
  const injecting = defineOperator({
    name: 'test.injects',
    kind: 'map',
    options: z.object({}),
    inject: [VECTOR_STORES],
    create: () => (row) => row,
  })
  for (const work of [
    () => made.vectorStore('kb'),
    () => Array.fromAsync(made.rows(putting())),
    () => Array.fromAsync(made.rows(rows.step(injecting, {}))),
  ])
    expect(await errorOf(work)).toMatchObject({
      code: 'MAESTRO_PLUGIN_LOAD',
      message: expect.stringContaining('imported'),
    })
})
