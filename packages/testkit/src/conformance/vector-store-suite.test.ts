import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { matchesFilter, type VectorMetric, type VectorQuery, type VectorRecord } from '@maestro-dataflow/core'
import { afterAll, describe, expect, test } from 'vitest'
import { casesWithoutFault, failedCases, failureOf } from '../__fixtures__/failed-cases.js'
import { SqliteVectors } from '../__fixtures__/sqlite-vectors.js'
import { wrongVectorStores } from '../__fixtures__/wrong-parts/wrong-vector-stores.js'
import { describeVectorStore } from '../vitest.js'
import type { MakeVectorStore } from './vector-store-subject.js'
import { type VectorStoreCase, type VectorSuiteOptions, vectorStoreSuite } from './vector-store-suite.js'

const root = await mkdtemp(join(tmpdir(), 'maestro-vector-suite-'))
afterAll(() => rm(root, { recursive: true, force: true }))
let files = 0

type Store = new (path: string, metric: VectorMetric) => SqliteVectors

const maker =
  (Store: Store): MakeVectorStore =>
  ({ metric }) => {
    const path = join(root, `${++files}.sqlite`)
    const module = pathToFileURL(join(import.meta.dirname, '../__fixtures__/sqlite-vectors.ts'))
    return {
      store: new Store(path, metric),
      reopen: () => new Store(path, metric),
      code: `import { SqliteVectors } from '${module}'\nconst store = new SqliteVectors(${JSON.stringify([path, metric]).slice(1, -1)})`,
    }
  }

describeVectorStore(maker(SqliteVectors), { title: 'a small vector store' })

type Records = readonly VectorRecord[]

/** Takes only what a change leaves of the records. */
function adding(change: (records: Records) => Records): Store {
  return class extends SqliteVectors {
    override addVectors(records: Records, options = {}) {
      return super.addVectors(change(records), options)
    }
  }
}

/** Looks for something else than it is asked. */
function finding(change: (query: VectorQuery) => VectorQuery): Store {
  return class extends SqliteVectors {
    override find(query: VectorQuery) {
      return super.find(change(query))
    }
  }
}

class Unsorted extends SqliteVectors {
  override find(query: VectorQuery) {
    return super.find(query).toReversed()
  }
}

class AlwaysDot extends SqliteVectors {
  override score(one: Float32Array, other: Float32Array) {
    return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0)
  }
}

class Imprecise extends SqliteVectors {
  override find(query: VectorQuery) {
    return super.find({ ...query, k: 3 * query.k }).filter((_, n) => n % 3 === 0)
  }
}

class ZeroIsNaN extends SqliteVectors {
  override score(one: Float32Array, other: Float32Array) {
    return other.every((value) => value === 0) ? Number.NaN : super.score(one, other)
  }
}

class NeverEmpty extends SqliteVectors {
  override find(query: VectorQuery) {
    const found = super.find(query)
    return found.length > 0 ? found : [{ id: 'none', score: 0 }]
  }
}

class Padding extends SqliteVectors {
  override find(query: VectorQuery) {
    const found = super.find(query)
    const [first] = found
    return first === undefined || found.length >= query.k ? found : [...found, { ...first, score: -100 }]
  }
}

class TextFilter extends SqliteVectors {
  override find({ filter = {}, ...query }: VectorQuery) {
    const count = this.records().length
    return super
      .find({ ...query, k: count + 1 })
      .filter(({ metadata = {} }) =>
        Object.entries(filter).every(([name, value]) => `${metadata[name]}` === `${value}`),
      )
      .slice(0, query.k)
  }
}

class FilterAfterwards extends SqliteVectors {
  override find({ filter, ...query }: VectorQuery) {
    return super.find(query).filter((match) => matchesFilter(match, filter))
  }
}

class OneAnswer extends SqliteVectors {
  override async search(queries: readonly VectorQuery[], options = {}) {
    const [first] = await super.search(queries, options)
    return queries.map(() => first ?? [])
  }
}

class ByPlace extends SqliteVectors {
  override records() {
    return super.records().map((record, n) => (this.metric === 'cosine' ? { ...record, id: `id ${n}` } : record))
  }
}

class Merging extends SqliteVectors {
  override async addVectors(records: Records, options = {}) {
    const known = new Map(this.database.isOpen ? this.records().map((record) => [record.id, record]) : [])
    await super.addVectors(
      records.map((record) => ({ ...known.get(record.id), ...record })),
      options,
    )
  }
}

class Sharing extends SqliteVectors {
  readonly shared = new Map<string, VectorRecord>()

  override async addVectors(records: Records, options = {}) {
    await super.addVectors(records, options)
    for (const record of records) this.shared.set(record.id, record)
  }
  override records() {
    return super.records().map((record) => this.shared.get(record.id) ?? record)
  }
}

class HalfAdded extends SqliteVectors {
  override async addVectors(records: Records, options = {}) {
    for (const record of records) await super.addVectors([record], options)
  }
}

class AnyModel extends SqliteVectors {
  override addVectors(records: Records) {
    return super.addVectors(records, {})
  }
}

class ShortList extends SqliteVectors {
  override async *list() {
    for await (const entries of super.list()) yield entries.slice(0, 1000)
  }
}

class Racing extends SqliteVectors {
  override async addVectors(records: Records, options = {}) {
    const before = this.database.isOpen ? this.records() : []
    await new Promise((resolve) => setImmediate(resolve))
    const kept = new Set([...before, ...records].map(({ id }) => id))
    await this.delete(this.records().flatMap(({ id }) => (kept.has(id) ? [] : [id])))
    await super.addVectors(records, options)
  }
}

class LosesOnCompaction extends SqliteVectors {
  async compact() {
    await this.delete(this.records().flatMap(({ text }) => (text === 'four' ? ['id 4'] : [])))
  }
}

class Unstoppable extends SqliteVectors {
  override addVectors(records: Records, { model }: { model?: string } = {}) {
    return super.addVectors(records, { model })
  }
}

class Forgetting extends SqliteVectors {
  constructor(_path: string, metric: VectorMetric) {
    super(':memory:', metric)
  }
}

class ClosedOnce extends SqliteVectors {
  override async dispose() {
    this.database.close()
  }
}

const faults: Readonly<Record<string, readonly [MakeVectorStore, ...VectorStoreCase[]]>> = {
  'the best comes last': [maker(Unsorted), 'finds the nearest entries, best first, with text and metadata'],
  'texts are lost': [
    maker(adding((records) => records.map(({ text: _, ...rest }) => rest))),
    'finds the nearest entries, best first, with text and metadata',
    'texts are returned unchanged',
  ],
  'one metric for all': [maker(AlwaysDot), 'scores are those of its metric'],
  'many of the nearest are not found': [maker(Imprecise), 'finds what an exact search finds'],
  'a zero vector has no score': [maker(ZeroIsNaN), 'zero vectors have a score and are not the nearest'],
  'something is found in nothing': [maker(NeverEmpty), 'an empty store returns nothing, and a single entry is found'],
  'a short list is filled up': [
    maker(Padding),
    'returns the requested number of matches, or all entries if there are fewer',
  ],
  'a filter compares texts': [maker(TextFilter), 'a filter matches equal values of the same type, in all its fields'],
  'a filter comes after the search': [
    maker(FilterAfterwards),
    'a filter is applied before the nearest entries are selected',
  ],
  'no threshold': [maker(finding(({ threshold: _, ...query }) => query)), 'matches below the threshold are omitted'],
  'all queries get the first one’s matches': [maker(OneAnswer), 'each query of a call receives its own matches'],
  'ids are places': [maker(ByPlace), 'deletions do not change other ids', 'ids with any characters are distinguished'],
  'the first of one id counts': [
    maker(adding((records) => records.toReversed())),
    'equal vectors are distinguished by their ids; the last entry of a call with the same id counts',
  ],
  'a replaced entry keeps its text': [maker(Merging), 'a known id is replaced completely'],
  'ids are trimmed': [
    maker(adding((records) => records.map((record) => ({ ...record, id: record.id.trim() })))),
    'ids with any characters are distinguished',
  ],
  'the caller’s own vectors are kept': [
    maker(Sharing),
    'a later change of a given or returned object does not change the stored one',
  ],
  'records are taken one by one': [
    maker(HalfAdded),
    'vectors of another length are refused, and nothing of the call is stored',
    'NaN and infinite numbers are refused, and nothing of the call is stored',
  ],
  'any model will do': [
    maker(AnyModel),
    'another embedding model is refused, naming both',
    'its entries persist after it is closed',
  ],
  'the list is cut, and whole': [maker(ShortList), 'its entries can be listed'],
  'writers do not wait for each other': [maker(Racing), 'concurrent additions, deletions, and searches lose nothing'],
  'putting it together loses something': [maker(LosesOnCompaction), 'compacting does not change the results'],
  'nothing stops it': [maker(Unstoppable), 'an aborted call adds nothing'],
  'it is gone when it is closed': [
    maker(Forgetting),
    'its entries persist after it is closed',
    'two processes may write at the same time',
  ],
  'closed once only': [maker(ClosedOnce), 'can be closed twice, and refuses calls afterwards'],
}

/** The other cases have their own faults, and each takes its time. */
function only(wanted: readonly VectorStoreCase[]): VectorSuiteOptions {
  const others = vectorStoreSuite(maker(SqliteVectors)).cases.filter(({ name }) => !wanted.some((one) => one === name))
  return { skip: Object.fromEntries(others.map(({ name }) => [name, 'another fault fails it'])) }
}

describe('the suite for vector stores fails for', () => {
  test.each(Object.entries(faults))('%s', async (_, [fault, ...cases]) => {
    expect((await failedCases(vectorStoreSuite(fault, only(cases)))).toSorted()).toEqual(cases.toSorted())
  })

  test.each(Object.entries(wrongVectorStores))('a store that %s', async (_, [rule, Wrong]) => {
    expect(await failureOf(vectorStoreSuite(maker(Wrong as Store)), rule)).toBeDefined()
  })

  test('each of its cases is failed by a planted fault', () => {
    expect(casesWithoutFault(vectorStoreSuite(maker(SqliteVectors)), faults)).toEqual([])
  })
})
