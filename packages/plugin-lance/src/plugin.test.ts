import { defineOperator, pipeline, VECTOR_STORES } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf, StoreFolder } from './__fixtures__/store-folder.js'
import lance from './plugin.js'

const put = defineOperator({
  name: 'test.put',
  kind: 'map',
  options: z.object({}),
  inject: [VECTOR_STORES],
  vectorStores: () => ['kb'],
  create:
    (_, [stores]) =>
    async (row, { rowId }) => {
      const kb = await stores.get('kb')
      await kb.addVectors([{ id: rowId, vector: Float32Array.of(Number(row.n), 1), text: `n is ${row.n}` }])
      return row
    },
})

test('a pipeline fills a store of the config, which is there for the next run', async () => {
  const folder = new StoreFolder()
  const config = {
    plugins: [lance],
    directory: folder.path,
    vectorStores: { kb: { use: 'lance.vectors', path: 'kb' } },
  }
  const first = maestro(config)
  const rows = [1, 2, 3].map((n) => ({ n }))
  expect(await Array.fromAsync(first.rows(pipeline('fill').from(rows).step(put, {})))).toEqual(rows)
  await first.dispose()
  const second = maestro(config)
  const kb = await second.vectorStore('kb')
  const [matches] = await kb.search([{ vector: Float32Array.of(3, 1), k: 1 }])
  expect(matches).toEqual([{ id: 'rows:3', score: expect.closeTo(1), text: 'n is 3' }])
  await second.dispose()
  expect((await errorOf(() => kb.count())).code).toBe('MAESTRO_VECTORS_CLOSED')
})

test('a folder outside of the project is refused unless the config allows it', async () => {
  const folder = new StoreFolder()
  const config = {
    plugins: [lance],
    directory: folder.path,
    vectorStores: { kb: { use: 'lance.vectors', path: '../kb' } },
  }
  expect((await errorOf(() => maestro(config).vectorStore('kb'))).code).toBe('MAESTRO_STORAGE_PATH_OUTSIDE')
})
