import type { VectorCallOptions, VectorMatch, VectorQuery, VectorRecord } from '@maestro-dataflow/core'
import type { VectorStoreCase } from '../../conformance/vector-store-suite.js'
import { SqliteVectors } from '../sqlite-vectors.js'

type Records = readonly VectorRecord[]

class GivesAnotherNowAndThen extends SqliteVectors {
  #last: readonly VectorMatch[] = []
  #count = 0
  override find(query: VectorQuery) {
    const found = super.find(query)
    const given = ++this.#count % 50 === 0 ? this.#last : found
    this.#last = found
    return given
  }
}

class LosesNowAndThen extends SqliteVectors {
  override addVectors(records: Records, options: VectorCallOptions = {}) {
    return super.addVectors(
      records.filter((_, n) => n % 200 !== 199),
      options,
    )
  }
}

class NormalizesWhatItIsGiven extends SqliteVectors {
  override async search(queries: readonly VectorQuery[], options: VectorCallOptions = {}) {
    for (const { vector } of queries) vector.forEach((value, at) => (vector[at] = value / 2))
    return super.search(queries, options)
  }
}

class LowersIds extends SqliteVectors {
  override addVectors(records: Records, options: VectorCallOptions = {}) {
    return super.addVectors(
      records.map((record) => ({ ...record, id: record.id.toLowerCase() })),
      options,
    )
  }
}

class AnswersTheFirstTimeOnly extends SqliteVectors {
  #asked = 0
  override find(query: VectorQuery) {
    return ++this.#asked > 1 ? [] : super.find(query)
  }
}

class CountsCalls extends SqliteVectors {
  #added = 0
  override async addVectors(records: Records, options: VectorCallOptions = {}) {
    await super.addVectors(records, options)
    this.#added += records.length
  }
  override async count() {
    this.assertOpen()
    return this.#added
  }
}

class DeletesByBeginning extends SqliteVectors {
  override async delete(ids: readonly string[]) {
    const all = this.records().map(({ id }) => id)
    return super.delete(ids.flatMap((id) => all.filter((other) => other.startsWith(id))))
  }
}

class ScoresAreDistances extends SqliteVectors {
  override find(query: VectorQuery) {
    return super.find(query).map((match) => ({ ...match, score: 1 - match.score }))
  }
}

class DropsNullMetadata extends SqliteVectors {
  override addVectors(records: Records, options: VectorCallOptions = {}) {
    const known = (metadata: VectorRecord['metadata']) =>
      Object.fromEntries(Object.entries(metadata ?? {}).filter(([, value]) => value !== null))
    return super.addVectors(
      records.map((record) => ({ ...record, metadata: known(record.metadata) })),
      options,
    )
  }
}

class ThrowsATextWhenClosed extends SqliteVectors {
  override assertOpen() {
    if (!this.database.isOpen) throw 'closed'
  }
}

class AtMostAHundred extends SqliteVectors {
  override find(query: VectorQuery) {
    return super.find({ ...query, k: Math.min(query.k, 1000) })
  }
  override async count() {
    return Math.min(1000, await super.count())
  }
  override async *list() {
    for await (const entries of super.list()) yield entries.slice(0, 1000)
  }
}

/** Vector stores that are wrong, each with the rule that finds it. */
export const wrongVectorStores: Readonly<Record<string, readonly [VectorStoreCase, typeof SqliteVectors]>> = {
  'gives the matches of another query now and then': [
    'each query of a call receives its own matches',
    GivesAnotherNowAndThen,
  ],
  'loses an entry now and then': ['each query of a call receives its own matches', LosesNowAndThen],
  'changes the vector of a query': [
    'a later change of a given or returned object does not change the stored one',
    NormalizesWhatItIsGiven,
  ],
  'lowers ids': ['ids with any characters are distinguished', LowersIds],
  'finds something the first time only': [
    'a filter matches equal values of the same type, in all its fields',
    AnswersTheFirstTimeOnly,
  ],
  'counts what was added': ['a known id is replaced completely', CountsCalls],
  'deletes what begins alike': ['ids with any characters are distinguished', DeletesByBeginning],
  'gives distances as scores': ['scores are those of its metric', ScoresAreDistances],
  'drops null in metadata': ['a filter matches equal values of the same type, in all its fields', DropsNullMetadata],
  'throws a text when it is closed': ['can be closed twice, and refuses calls afterwards', ThrowsATextWhenClosed],
  'holds a thousand entries at most': ['its entries can be listed', AtMostAHundred],
}
