import { matchesFilter, type VectorEntry, type VectorMetadata } from '@maestro-dataflow/core'
import type MiniSearch from 'minisearch'
import { type Passage, toPassage } from './passage.js'
import { wordsOf } from './words-of.js'

/** The number of words of a query that count, from its beginning. */
const mostWords = 256

/**
 * An in-memory index of texts by their words, ranked by BM25 (Robertson and Zaragoza, 2009) in the variant BM25+ (Lv
 * and Zhai, 2011).
 */
export class KeywordIndex {
  readonly #entries: readonly VectorEntry[]
  readonly #search: MiniSearch

  private constructor(entries: readonly VectorEntry[], search: MiniSearch) {
    this.#entries = entries
    this.#search = search
  }

  /** Adds all entries that have a text. */
  static async of(batches: AsyncIterable<readonly VectorEntry[]>, signal?: AbortSignal): Promise<KeywordIndex> {
    const { default: Search } = await import('minisearch')
    const search = new Search({
      fields: ['text'],
      tokenize: (text) => [...wordsOf(text)],
      // `wordsOf` has already normalized the words.
      processTerm: (term) => term,
    })
    const entries: VectorEntry[] = []
    for await (const batch of batches) {
      signal?.throwIfAborted()
      for (const entry of batch) {
        if (entry.text === undefined) continue
        search.add({ id: entries.length, text: entry.text })
        entries.push(entry)
      }
    }
    return new KeywordIndex(entries, search)
  }

  /** Returns the best passages for the words of a text. The text may contain any characters. */
  find(query: string, k: number, filter: VectorMetadata = {}): readonly Passage[] {
    const words = [...new Set(wordsOf(query))].slice(0, mostWords)
    const found = this.#search.search(words.join(' '), {
      tokenize: (text) => text.split(' '),
      combineWith: 'OR',
      filter: ({ id }) => matchesFilter(this.#entries[id] ?? { id: '' }, filter),
    })
    return found.slice(0, k).flatMap(({ id, score }) => {
      const entry = this.#entries[id]
      return entry === undefined ? [] : [toPassage(entry, score)]
    })
  }
}
