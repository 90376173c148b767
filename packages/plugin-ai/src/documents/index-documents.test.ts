import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { MaestroError, maestroError, pipeline, type Row, type VectorStore } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { memoryVectorStore, scriptedEmbeddings } from '@maestro-dataflow/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { Indexer, type IndexerOptions } from './index-documents.js'

const chunks = (documents: Readonly<Record<string, readonly string[]>>): Row[] =>
  Object.entries(documents).flatMap(([document, texts]) => texts.map((text) => ({ document, text })))

/** A knowledge base of its own, and what it was asked for. */
function knowledgeBase(store: VectorStore = memoryVectorStore()) {
  const serving = scriptedEmbeddings({ model: 'small' })
  const run = async (rows: readonly Row[], options: Partial<IndexerOptions> = {}, how = {}) => {
    const storage = new MemoryStorage(rows)
    const result = await new Indexer({ store, embedder: serving, ...options }).run(storage, how)
    return { ...result, rows: await storage.rows() }
  }
  const entries = async () =>
    (await Array.fromAsync(store.list?.() ?? [])).flat().sort((a, b) => (a.id < b.id ? -1 : 1))
  const texts = async () => Object.fromEntries((await entries()).map(({ id, text }) => [id, text]))
  return { store, serving, run, entries, texts, embedded: () => serving.requests.flat() }
}

const first = { a: ['a one', 'a two'], b: ['b one'] }

test('chunks go in with their text, document, place and chosen columns; rows pass through', async () => {
  const { run, entries, store } = knowledgeBase()
  const rows = chunks(first).map((row, page) => ({ ...row, page, when: new Date(0), other: [1] }))
  const { rows: out } = await run(rows, { metadata: ['page', 'when'] })
  expect(out).toEqual(rows.map((row) => ({ ...row, index_outcome: 'added' })))
  const [entry] = await entries()
  expect(entry).toEqual({
    id: 'a#0',
    text: 'a one',
    metadata: {
      document: 'a',
      chunk: 0,
      version: expect.stringMatching(/^[0-9a-f]{16}$/),
      origin: '',
      page: 0,
      when: '1970-01-01T00:00:00.000Z',
    },
  })
  expect([store.model, store.dimensions]).toEqual(['small', 64])
})

describe('a second run', () => {
  test('of the same documents embeds nothing and writes nothing', async () => {
    const { run, store, embedded } = knowledgeBase()
    await run(chunks(first))
    const before = embedded().length
    const { rows } = await run(chunks(first))
    expect(rows.map(({ index_outcome: outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged'])
    expect(embedded()).toHaveLength(before)
    expect((store as ReturnType<typeof memoryVectorStore>).added).toHaveLength(1)
  })

  test('it replaces changed documents, also with fewer chunks, and adds new ones', async () => {
    const { run, texts, embedded } = knowledgeBase()
    await run(chunks(first))
    const { rows } = await run(chunks({ a: ['a new'], b: ['b one'], c: ['c one'] }))
    expect(rows.map(({ index_outcome: outcome }) => outcome)).toEqual(['replaced', 'unchanged', 'added'])
    expect(await texts()).toEqual({ 'a#0': 'a new', 'b#0': 'b one', 'c#0': 'c one' })
    expect(embedded().slice(3)).toEqual(['a new', 'c one'])
  })

  test('a changed value of a kept column is a change; one of another column is not', async () => {
    const { run } = knowledgeBase()
    const rows = (page: number, note: string) => [{ document: 'a', text: 't', page, note }]
    const outcome = async (page: number, note: string) =>
      (await run(rows(page, note), { metadata: ['page'] })).rows[0]?.index_outcome
    expect(await outcome(1, 'x')).toBe('added')
    expect(await outcome(1, 'y')).toBe('unchanged')
    expect(await outcome(2, 'y')).toBe('replaced')
  })

  test('chunks need not come document by document', async () => {
    const { run, texts } = knowledgeBase()
    const mixed = [...chunks({ a: ['1'], b: ['2'] }), ...chunks({ a: ['3'], b: ['4'] })]
    await run(mixed, { batchSize: 1 })
    expect(await texts()).toEqual({ 'a#0': '1', 'a#1': '3', 'b#0': '2', 'b#1': '4' })
    expect((await run(mixed)).rows.every((row) => row.index_outcome === 'unchanged')).toBe(true)
  })
})

describe('documents that do not come', () => {
  test('go, with all of their chunks', async () => {
    const { run, texts } = knowledgeBase()
    await run(chunks(first))
    await run(chunks({ b: ['b one'] }))
    expect(await texts()).toEqual({ 'b#0': 'b one' })
  })

  test.each<[string, readonly Row[], object, object]>([
    ['they are to be kept', chunks({ b: ['b one'] }), { missing: 'keep' }, {}],
    ['not all rows came', chunks({ b: ['b one'] }), {}, { complete: false }],
    [
      'a rejected row does not say its document',
      chunks({ b: ['b one'] }),
      {},
      { rejectedBefore: [{ rowId: '1', row: { text: 'x' }, error: new Error('unreadable') }] },
    ],
    ['too many rows were rejected to list them', chunks({ b: ['b one'] }), {}, { rejectedBefore: undefined }],
    [
      'a row does not say which document it is of',
      [...chunks({ b: ['b one'] }), { text: 'x', document: null }],
      {},
      {},
    ],
    ['nothing came at all', [], {}, {}],
    ['it is only a preview', chunks({ b: ['b one'] }), {}, { preview: true }],
  ])('stay when %s', async (_when, rows, options, how) => {
    const { run, texts } = knowledgeBase()
    await run(chunks(first))
    await run(rows, options, how)
    expect(Object.keys(await texts())).toEqual(['a#0', 'a#1', 'b#0'])
  })

  test('a document that could not be read stays, and one that is surely gone is deleted', async () => {
    const { run, texts } = knowledgeBase()
    await run(chunks({ ...first, c: ['c one'] }))
    const error = new Error('unreadable')
    const byName = [{ rowId: 'a', row: { document: 'a' }, error }]
    await run(chunks({ b: ['b one'] }), {}, { rejectedBefore: byName })
    expect(Object.keys(await texts())).toEqual(['a#0', 'a#1', 'b#0'])
    // Its path stands in another column, since the row was rejected before it had a document.
    // Its chunk, which has lost the column of the document, has an id that begins with the document.
    const byId = [{ rowId: 'a#2/1-chunk/0', row: { text: null }, error }]
    await run(chunks({ b: ['b one'] }), {}, { rejectedBefore: byId })
    expect(Object.keys(await texts())).toEqual(['a#0', 'a#1', 'b#0'])
    const byPath = [{ rowId: 'a', row: { path: 'a', title: 'A' }, error }]
    await run(chunks({ d: ['d one'] }), {}, { rejectedBefore: byPath })
    expect(Object.keys(await texts())).toEqual(['a#0', 'a#1', 'd#0'])
  })

  test('of another origin stay', async () => {
    const { run, texts } = knowledgeBase()
    await run(chunks(first), { origin: 'docs' })
    await run(chunks({ c: ['c one'] }), { origin: 'docs2' })
    await run(chunks({ d: ['d one'] }), {}, { origin: 'the pipeline' })
    await run(chunks({ b: ['b one'] }), { origin: 'docs' })
    expect(Object.keys(await texts())).toEqual(['b#0', 'c#0', 'd#0'])
  })

  test('stay when they are more than the allowed share, and a warning says how to delete them', async () => {
    const { run, texts } = knowledgeBase()
    const many = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`d${n}`, [`text ${n}`]]))
    const without = (gone: number) => chunks(Object.fromEntries(Object.entries(many).slice(gone)))
    await run(chunks(many))
    const warnings: string[] = []
    const logger = { warn: (message: string) => warnings.push(message), info: () => undefined } as never
    await run(without(3), { logger })
    expect(Object.keys(await texts())).toHaveLength(10)
    expect(warnings).toEqual([expect.stringContaining('3 of 10 documents are missing, and `maxDeleted` allows 20%')])
    await run(without(2))
    expect(Object.keys(await texts())).toHaveLength(8)
    await run(without(5), { maxDeleted: 2 })
    expect(Object.keys(await texts())).toHaveLength(8)
    await run(without(5), { maxDeleted: '100%' })
    expect(Object.keys(await texts())).toHaveLength(5)
    await run(without(6))
    expect(Object.keys(await texts())).toHaveLength(4)
  })

  test('documents of others in the store are left alone', async () => {
    const { run, store, texts } = knowledgeBase()
    await store.addVectors([{ id: 'own', vector: new Float32Array(64).fill(1), text: 'mine' }])
    await run(chunks(first))
    await run(chunks({ b: ['b one'] }))
    expect(Object.keys(await texts())).toEqual(['b#0', 'own'])
  })
})

describe('failures', () => {
  test('a preview writes nothing', async () => {
    const { run, store } = knowledgeBase()
    const { rows } = await run(chunks(first), {}, { preview: true })
    expect(rows).toHaveLength(3)
    expect(await store.count()).toBe(0)
  })

  test('a run that failed midway is made good by the next', async () => {
    const { run, store, texts } = knowledgeBase()
    await run(chunks({ a: ['1', '2', '3'] }))
    const add = store.addVectors.bind(store)
    let calls = 0
    store.addVectors = async (...given) => {
      if (++calls === 2) throw maestroError('MAESTRO_VECTORS_CLOSED', { store: 'x' })
      return add(...given)
    }
    const changed = chunks({ a: ['1', 'two', 'three'] })
    await expect(run(changed, { batchSize: 1 })).rejects.toMatchObject({ code: 'MAESTRO_VECTORS_CLOSED' })
    expect((await run(changed)).rows.map((row) => row.index_outcome)).toEqual(['replaced', 'replaced', 'replaced'])
    expect(await texts()).toEqual({ 'a#0': '1', 'a#1': 'two', 'a#2': 'three' })
  })

  test('another embedding model is refused before anything is embedded, and both are named', async () => {
    const { run, store } = knowledgeBase()
    await run(chunks(first))
    const serving = scriptedEmbeddings({ model: 'large' })
    const refused = new Indexer({ store, embedder: serving }).run(new MemoryStorage(chunks({ z: ['z'] })))
    await expect(refused).rejects.toMatchObject({
      code: 'MAESTRO_VECTORS_MODEL',
      details: { expected: 'small', found: 'large' },
    })
    expect(serving.requests).toEqual([])
  })

  test('so is another dimension', async () => {
    const { run } = knowledgeBase(memoryVectorStore({ dimensions: 3 }))
    await expect(run(chunks(first))).rejects.toMatchObject({
      code: 'MAESTRO_VECTORS_DIMENSION',
      details: { expected: 3, found: 64 },
    })
  })

  test('rows without a text, or with data that cannot be kept, are rejected alone', async () => {
    const { run, texts } = knowledgeBase()
    const rows = [
      { document: 'a', text: '', page: 1 },
      { document: 'a', text: 'x', page: { n: 1 } },
      { document: 'a', text: 'y', page: 2 },
    ]
    const { rejected } = await run(rows, { metadata: ['page'] })
    expect(rejected.map(({ error }) => error.code)).toEqual(['MAESTRO_AI_EMPTY_INPUT', 'MAESTRO_AI_METADATA'])
    expect(await texts()).toEqual({ 'a#0': 'y' })
  })

  test('a text that the model refuses is rejected alone, and is tried again by the next run', async () => {
    const { store } = knowledgeBase()
    const inner = scriptedEmbeddings({ model: 'small' })
    let refuses = true
    const serving = {
      ...inner,
      embed: async (texts: readonly string[], options = {}) => {
        if (refuses && texts.includes('bad'))
          throw maestroError('MAESTRO_SERVING_BAD_REQUEST', { serving: 'small', reason: 'too long' })
        return inner.embed(texts, options)
      },
    }
    const run = async () =>
      new Indexer({ store, embedder: serving }).run(new MemoryStorage(chunks({ a: ['1', 'bad', '3'] })))
    expect((await run()).rejected.map(({ row }) => row)).toEqual([{ document: 'a', text: 'bad' }])
    expect(await store.count()).toBe(2)
    refuses = false
    expect((await run()).rejected).toEqual([])
    expect(await store.count()).toBe(3)
  })

  test('a store that cannot list its contents is refused', async () => {
    const { list: _, ...store } = memoryVectorStore()
    const { run } = knowledgeBase(store)
    await expect(run(chunks(first))).rejects.toMatchObject({ code: 'MAESTRO_AI_STORE_LIST' })
  })

  test('it stops when its signal fires', async () => {
    const { run, store } = knowledgeBase()
    await expect(run(chunks(first), {}, { signal: AbortSignal.abort() })).rejects.toThrow()
    expect(await store.count()).toBe(0)
  })
})

test('in a pipeline: a store that is not configured, and names for metadata that are taken, are errors of the plan', async () => {
  const project = maestro({
    plugins: [ai],
    servings: { embedder: scriptedEmbeddings() },
    vectorStores: { kb: memoryVectorStore() },
  })
  const indexing = (store: string, metadata: readonly 'chunk'[] = []) =>
    pipeline('p')
      .from([{ text: 'a', document: 'd', chunk: 1 }])
      .step('ai.index', { store, metadata })
  expect(await Array.fromAsync(project.rows(indexing('kb')))).toMatchObject([{ index_outcome: 'added' }])
  const error = await project.preview(indexing('kbb')).catch((caught) => caught)
  expect(MaestroError.is(error) && `${error.message} ${error.hint}`).toContain('kbb')
  await expect(project.preview(indexing('kb', ['chunk']))).rejects.toThrow('is always stored')
})

test('a pipeline that ends with an index needs no sink; another one does', async () => {
  const store = memoryVectorStore()
  const directory = mkdtempSync(join(tmpdir(), 'maestro-index-'))
  const project = maestro({
    plugins: [ai],
    servings: { embedder: scriptedEmbeddings() },
    vectorStores: { kb: store },
    directory,
    logLevel: 'silent',
  })
  try {
    const documents = pipeline('p').from(chunks(first))
    const report = await project.run(documents.step('ai.index', { store: 'kb' }))
    expect(report).toMatchObject({ status: 'done', counts: { rowsIn: 3, rowsOut: 3 }, sinks: [] })
    expect(await store.count()).toBe(3)
    await expect(project.run(documents.step('ai.chunk', { input: 'text' }))).rejects.toThrow('writes nowhere')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

describe('folders in pipelines', () => {
  const directory = mkdtempSync(join(tmpdir(), 'maestro-index-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  const store = memoryVectorStore()
  let told: readonly unknown[] = []
  const index = async (name: string, path: string) => {
    const project = maestro({
      plugins: [ai],
      servings: { embedder: scriptedEmbeddings({ model: 'small' }) },
      vectorStores: { kb: store },
      directory,
      logLevel: 'silent',
    })
    const indexing = pipeline(name).read('ai.load-documents', { path }).step('ai.index', { store: 'kb' })
    const report = await project.runTo(indexing, { write: () => undefined })
    told = report.warnings ?? []
    const entries = (await Array.fromAsync(store.list?.() ?? [])).flat()
    return [...new Set(entries.map(({ metadata }) => metadata?.document))].sort()
  }

  test('of two pipelines share a store, and one that cannot be read does not stop deletions', async () => {
    for (const name of ['a', 'b', 'c']) put(`docs/${name}.md`, `The text of ${name}.`)
    put('docs2/d.md', 'The text of d.')
    await index('one', 'docs')
    const all = ['docs/a.md', 'docs/b.md', 'docs/c.md', 'docs2/d.md']
    expect(await index('two', 'docs2')).toEqual(all)
    expect(await index('one', 'docs2')).toEqual(all)
    rmSync(join(directory, 'docs/a.md'))
    writeFileSync(join(directory, 'docs/b.md'), Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0))
    expect(await index('one', 'docs')).toEqual(['docs/b.md', 'docs/c.md', 'docs2/d.md'])
    // The report names the culprit, the reason, and the way out.
    expect(told).toEqual([
      {
        step: '1-ai.index',
        message: expect.stringMatching(
          /^1 missing documents stay in the index \(docs\/b\.md\): their rows were rejected \(docs\/b\.md: .+\) Fix the documents, or remove them/,
        ),
      },
    ])
  })
})
