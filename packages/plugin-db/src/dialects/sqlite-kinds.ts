import type { ValueKind } from '../values/value-kind.js'

/** By the words in a column's declared type; the first that is in it counts. */
const words: readonly (readonly [RegExp, ValueKind])[] = [
  [/BOOL/, 'boolean'],
  [/BIGINT|INT8|INT64/, 'bigint'],
  [/INT/, 'integer'],
  [/DATETIME|TIMESTAMP/, 'timestamp'],
  [/^DATE/, 'day'],
  [/JSON/, 'json'],
  [/VECTOR/, 'vector'],
  [/CHAR|CLOB|TEXT|STRING|UUID/, 'text'],
  [/BLOB|BYTES|BINARY/, 'bytes'],
  [/REAL|FLOA|DOUB/, 'number'],
  [/DEC|NUM/, 'decimal'],
]

/** What a column's declared type says of its values; SQLite itself holds anything anywhere. */
export function sqliteKind(declared: string): ValueKind {
  const type = declared.toUpperCase()
  return words.find(([pattern]) => pattern.test(type))?.[1] ?? 'other'
}
