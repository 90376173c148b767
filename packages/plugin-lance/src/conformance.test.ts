import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MakeVectorStore } from '@maestro-dataflow/testkit'
import { describePlugin, describeVectorStore } from '@maestro-dataflow/testkit/vitest'
import { afterAll } from 'vitest'
import { LanceVectorStore } from './lance-vector-store.js'
import type { LanceVectorOptions } from './options.js'
import lance from './plugin.js'

const root = await mkdtemp(join(tmpdir(), 'maestro-lance-'))
afterAll(() => rm(root, { recursive: true, force: true }))
let folders = 0

const maker =
  (options: Omit<LanceVectorOptions, 'path'>): MakeVectorStore =>
  async ({ metric }) => {
    const given = { ...options, metric, path: join(root, String(++folders)) }
    const open = () => LanceVectorStore.open(given)
    const code = `import { LanceVectorStore } from '@maestro-dataflow/plugin-lance'
      const store = await LanceVectorStore.open(${JSON.stringify(given)})`
    return { store: await open(), reopen: open, code }
  }

/** The same; each search comes a second time, which is answered from memory where the first was not. */
const searchedTwice =
  (make: MakeVectorStore): MakeVectorStore =>
  async (given) => {
    const made = await make(given)
    const search = made.store.search.bind(made.store)
    made.store.search = async (queries, options) => {
      await search(queries, options)
      return search(queries, options)
    }
    return made
  }

describePlugin(lance)
describeVectorStore(maker({}), { title: 'lance.vectors, flat, in memory' })
describeVectorStore(maker({ memory: 1 }), { title: 'lance.vectors, flat, from the disk' })
const ivf = { index: 'ivf', indexFrom: 500 } as const
describeVectorStore(maker({ ...ivf, memory: 1 }), {
  title: 'lance.vectors, ivf, from the disk',
  recall: 0.95,
})
describeVectorStore(searchedTwice(maker(ivf)), { title: 'lance.vectors, ivf, in memory', recall: 0.95 })
describeVectorStore(searchedTwice(maker({ ...ivf, indexFrom: 1, probes: 1000 })), {
  title: 'lance.vectors, ivf, in memory whatever there is',
})
describeVectorStore(maker({ index: 'hnsw', indexFrom: 500 }), { title: 'lance.vectors, hnsw', recall: 0.95 })
