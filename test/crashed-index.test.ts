// A run that brings an index up to date is ended before and after each write to the store, and at its named places: the resumed
// run leaves the index that an undisturbed one leaves.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EmbeddingServing, pipeline, type RunReport, type VectorStore } from '@maestro-dataflow/core'
import { installFailpoints, maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import { LanceVectorStore } from '@maestro-dataflow/plugin-lance'
import { afterEach, expect, test } from 'vitest'
import { accountsOf } from './durability/accounts.js'
import { Folder } from './durability/folder.js'

afterEach(() => installFailpoints(undefined))

type Documents = Readonly<Record<string, readonly string[]>>

const before: Documents = {
  same: ['s one', 's two'],
  edited: ['e one', 'e two'],
  shorter: ['h one', 'h two', 'h three'],
  gone: ['g one', 'g two'],
  moved: ['m one', 'm two'],
}
const after: Documents = {
  added: ['a one', 'a two', 'a three'],
  moved: ['m two', 'm one'],
  edited: ['e one', 'e new'],
  shorter: ['h one'],
  same: ['s one', 's two'],
  last: ['l one'],
}

function write(folder: Folder, documents: Documents): void {
  const rows = Object.entries(documents).flatMap(([document, texts]) => texts.map((text) => ({ document, text })))
  writeFileSync(join(folder.path, 'chunks.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  folder.settleTimes()
}

const openStore = ({ path }: Folder) => LanceVectorStore.open({ path: join(path, 'kb') })

/** The store of a folder, which tells of each of its writes, before and after it. */
async function watchedStore(folder: Folder, wrote: (place: string) => void): Promise<VectorStore> {
  const store = await openStore(folder)
  const told = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    wrote(`before ${name}`)
    const result = await work()
    wrote(`after ${name}`)
    return result
  }
  return {
    name: store.name,
    metric: store.metric,
    get dimensions() {
      return store.dimensions
    },
    get model() {
      return store.model
    },
    addVectors: (records, options) => told('addVectors', () => store.addVectors(records, options)),
    search: (queries, options) => store.search(queries, options),
    delete: (ids) => told('delete', () => store.delete(ids)),
    count: () => store.count(),
    list: (which) => store.list(which),
    dispose: () => store.dispose(),
  }
}

async function runIn(folder: Folder, wrote: (place: string) => void = () => undefined, embedded: string[] = []) {
  const embedder: EmbeddingServing = {
    kind: 'embedding',
    name: 'lengths',
    model: 'lengths-1',
    dimensions: 2,
    identity: { version: 1 },
    async embed(texts) {
      embedded.push(...texts)
      const vectors = texts.map((text) => Float32Array.of(text.length, text.charCodeAt(2)))
      return { vectors, usage: { inputTokens: texts.length, outputTokens: 0 }, model: 'lengths-1' }
    },
  }
  const project = maestro({
    directory: folder.path,
    plugins: [fs, ai],
    servings: { embedder },
    vectorStores: { kb: await watchedStore(folder, wrote) },
    cache: false,
    logLevel: 'silent',
  })
  const indexing = pipeline('indexing')
    .read('fs.file', { path: 'chunks.jsonl', columns: { document: 'string', text: 'string' } })
    .step('ai.index', { store: 'kb', batchSize: 4 }, { id: 'index' })
    .map((row) => row, { id: 'last', columns: {} })
    .write('fs.file', { path: 'indexed.jsonl', mode: 'overwrite', columns: ['document', 'text'] })
  try {
    const [unfinished] = await project.unfinishedRuns()
    return (await project.run(
      indexing,
      unfinished === undefined ? {} : { resume: { run: unfinished.runId } },
    )) as RunReport
  } finally {
    await project.dispose()
  }
}

/** The chunks of the store, with the score of each, which shows its vector. */
async function indexOf(folder: Folder) {
  const store = await openStore(folder)
  const [matches = []] = await store.search([{ vector: Float32Array.of(1, 50), k: 100 }])
  const scores = new Map(matches.map(({ id, score }) => [id, score]))
  const entries = (await Array.fromAsync(store.list())).flat()
  await store.dispose()
  return entries
    .map(({ id, text, metadata }) => ({ id, text, metadata, score: scores.get(id) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

test('an index that is brought up to date holds the same after a crash at any place, and after two', async () => {
  const whole = new Folder()
  write(whole, before)
  await runIn(whole)
  const old = await indexOf(whole)
  write(whole, after)
  const crashesOf = async (folder: Folder) => {
    const crashes: { readonly place: string; readonly folder: Folder; readonly embedded: readonly string[] }[] = []
    const embedded: string[] = []
    const crash = (place: string) => crashes.push({ place, folder: Folder.after(folder.path), embedded: [...embedded] })
    installFailpoints(crash)
    const report = await runIn(folder, crash, embedded)
    installFailpoints(undefined)
    return { crashes, report, embedded }
  }
  const { crashes, report, embedded } = await crashesOf(whole)
  const [expected, rows, { why, rejects }] = [
    await indexOf(whole),
    whole.read('indexed.jsonl'),
    await accountsOf(whole),
  ]
  expect(expected.map(({ id }) => id)).not.toEqual(old.map(({ id }) => id))
  expect(expected).toHaveLength(Object.values(after).flat().length)
  expect(crashes.filter(({ place }) => place.includes(' ')).length).toBeGreaterThan(5)
  for (const [index, { place, folder, embedded: paid }] of crashes.entries()) {
    const isWrite = place.includes(' ')
    // After the report, the run is done. Other tests resume after every named place.
    if (place === 'report-written' || (!isWrite && index % 6 !== 0)) continue
    const where = `${index}, ${place}`
    const again: string[] = []
    // Some runs end a second time, after their first write.
    if (index % 9 === 0) {
      const { crashes: second } = await crashesOf(Folder.after(folder.path))
      const next = second.find(({ place: at }) => at === 'after addVectors')
      if (next !== undefined) {
        await runIn(next.folder)
        expect(await indexOf(next.folder), `${where}, and again`).toEqual(expected)
      }
    }
    const resumed = await runIn(folder, () => undefined, again)
    expect(await indexOf(folder), where).toEqual(expected)
    expect(folder.read('indexed.jsonl'), where).toBe(rows)
    expect(resumed.counts, where).toEqual(report.counts)
    // What was written to the record is not embedded again.
    expect(paid.length + again.length, where).toBeLessThanOrEqual(embedded.length + 4)
    const accounts = await accountsOf(folder)
    expect({ why: accounts.why, rejects: accounts.rejects }, where).toEqual({ why, rejects })
  }
})
