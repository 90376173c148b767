import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import chroma, { ChromaVectorStore } from '@maestro-dataflow/plugin-chroma'
import { scriptedEmbeddings } from '@maestro-dataflow/testkit'
import { expect, inject, test } from 'vitest'
import { startChroma } from './servers/chroma.ts'

const there = inject('chroma') !== undefined

test.skipIf(!there)('a server that restarts midway keeps its data, and the work continues', async () => {
  const server = await startChroma()
  if (server === undefined) return
  try {
    const store = await ChromaVectorStore.open({ url: server.url, collection: 'restarts', retries: 12 })
    const add = (n: number) => store.addVectors([{ id: `r${n}`, vector: Float32Array.of(n, 1), text: `number ${n}` }])
    await add(1)
    await server.stop()
    const adding = add(2)
    const searching = store.search([{ vector: Float32Array.of(1, 1), k: 1 }])
    await server.start()
    await adding
    expect((await searching)[0]).toMatchObject([{ id: 'r1' }])
    expect(await store.count()).toBe(2)
    await server.stop()
    const hasty = ChromaVectorStore.open({ url: server.url, collection: 'restarts', retries: 0 })
    await expect(hasty).rejects.toMatchObject({ code: 'MAESTRO_CHROMA_UNREACHABLE' })
  } finally {
    await server.remove()
  }
})

test.skipIf(!there)('a knowledge base: indexed, asked, and brought up to date', async () => {
  const project = maestro({
    plugins: [ai, chroma],
    servings: { embedder: scriptedEmbeddings() },
    vectorStores: { kb: { use: 'chroma.vectors', url: inject('chroma') ?? '', collection: 'knowledge-base' } },
  })
  const index = async (documents: Readonly<Record<string, string>>) =>
    Array.fromAsync(
      project.rows(
        pipeline('index')
          .from(Object.entries(documents).map(([document, text]) => ({ document, text })))
          .step('ai.index', { store: 'kb' }),
      ),
    )
  await index({ 'fox.md': 'The fox is red.', 'sea.md': 'The sea is blue.' })
  const again = await index({ 'fox.md': 'The fox is red.', 'tea.md': '龙井茶产于杭州。' })
  expect(again.map((row) => row.index_outcome)).toEqual(['unchanged', 'added'])
  const asked = pipeline('ask')
    .from([{ query: 'The red fox' }, { query: '杭州 blue sea' }])
    .step('ai.retrieve', { store: 'kb', method: 'hybrid', passages: 1 })
    .map((row) => ({ document: row.passages[0]?.document ?? null }))
  expect(await Array.fromAsync(project.rows(asked))).toEqual([{ document: 'fox.md' }, { document: 'tea.md' }])
  await project.dispose()
})
