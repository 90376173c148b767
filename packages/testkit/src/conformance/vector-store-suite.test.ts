import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { matchesFilter, type VectorMetric, type VectorQuery, type VectorRecord } from '@maestro-dataflow/core'
import { afterAll, describe, expect, test } from 'vitest'
import { casesWithoutFault, failedCases } from '../__fixtures__/failed-cases.js'
import { SqliteVectors } from '../__fixtures__/sqlite-vectors.js'
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
  'the best comes last': [maker(Unsorted), 'finds the nearest, best first, with text and metadata'],
  'texts are lost': [
    maker(adding((records) => records.map(({ text: _, ...rest }) => rest))),
    'finds the nearest, best first, with text and metadata',
    'texts come back as they were given',
  ],
  'one metric for all': [maker(AlwaysDot), 'scores are those of its metric'],
  'many of the nearest are not found': [maker(Imprecise), 'finds what an exact search finds'],
  'a zero vector has no score': [maker(ZeroIsNaN), 'zero vectors have a score too, and are not the nearest'],
  'something is found in nothing': [maker(NeverEmpty), 'an empty store finds nothing, and one entry is found'],
  'a short list is filled up': [maker(Padding), 'as many as asked for, or all there are'],
  'a filter compares texts': [maker(TextFilter), 'filters mean what is equal, of the same type, and all of it'],
  'a filter comes after the search': [maker(FilterAfterwards), 'a filter leaves out before the nearest are taken'],
  'no threshold': [maker(finding(({ threshold: _, ...query }) => query)), 'matches below the threshold are left out'],
  'all queries get the first one’s matches': [maker(OneAnswer), 'many queries in one call each get their own matches'],
  'ids are places': [maker(ByPlace), 'ids stay as they are through deletes', 'ids of all characters are told apart'],
  'the first of one id counts': [
    maker(adding((records) => records.toReversed())),
    'equal vectors are kept apart by their ids; of one id the last of a call counts',
  ],
  'a replaced entry keeps its text': [maker(Merging), 'a known id is replaced, whole'],
  'ids are trimmed': [
    maker(adding((records) => records.map((record) => ({ ...record, id: record.id.trim() })))),
    'ids of all characters are told apart',
  ],
  'the caller’s own vectors are kept': [maker(Sharing), 'what is changed outside stays as it was inside'],
  'records are taken one by one': [
    maker(HalfAdded),
    'another dimension is refused, and nothing of the call is kept',
    'numbers that are none are refused, and nothing of the call is kept',
  ],
  'any model will do': [
    maker(AnyModel),
    'another embedding model is refused, naming both',
    'what was added outlives it',
  ],
  'the list is cut, and whole': [maker(ShortList), 'what is in it can be listed'],
  'writers do not wait for each other': [maker(Racing), 'many who add, delete and search at once lose nothing'],
  'putting it together loses something': [maker(LosesOnCompaction), 'putting it together changes nothing'],
  'nothing stops it': [maker(Unstoppable), 'a call that is stopped adds nothing'],
  'it is gone when it is closed': [maker(Forgetting), 'what was added outlives it', 'two processes may write at once'],
  'closed once only': [maker(ClosedOnce), 'can be closed twice, and then refuses'],
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

  test('each of its cases is failed by a planted fault', () => {
    expect(casesWithoutFault(vectorStoreSuite(maker(SqliteVectors)), faults)).toEqual([])
  })
})
