import { expect, test } from 'vitest'
import { enrichedPath } from './enriched-path.js'

test.each([
  ['reviews.csv', 'reviews.enriched.csv'],
  ['a.b/reviews.jsonl.gz', 'a.b/reviews.enriched.jsonl.gz'],
  ['v1.2/data.tsv.ZST', 'v1.2/data.enriched.tsv.ZST'],
  ['a.b/reviews', 'a.b/reviews.enriched.jsonl'],
  ['notes/', 'notes.enriched.jsonl'],
  ['notes.md', 'notes.enriched.jsonl'],
  ['notes.txt.gz', 'notes.enriched.jsonl.gz'],
])('%s -> %s', (path, expected) => {
  expect(enrichedPath(path)).toBe(expected)
})

test('several files have no output of their own', () => {
  expect(() => enrichedPath('data/*.csv')).toThrow('--to')
})
