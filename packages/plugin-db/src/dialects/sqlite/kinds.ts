import type { ColumnKind, ValueKind } from '../../values/value-kind.js'

/** By the words in a column's declared type; the first match counts. */
const words: readonly (readonly [RegExp, ValueKind])[] = [
  [/BOOL/, 'boolean'],
  [/BIGINT|INT8|INT64/, 'bigint'],
  [/INT/, 'integer'],
  [/DATETIME|TIMESTAMP/, 'timestamp'],
  [/^DATE/, 'day'],
  [/JSON/, 'json'],
  [/VECTOR/, 'vector'],
  [/DECIMAL_TEXT/, 'decimal'],
  [/CHAR|CLOB|TEXT|STRING|UUID/, 'text'],
  [/BLOB|BYTES|BINARY/, 'bytes'],
  [/REAL|FLOA|DOUB/, 'number'],
  [/DEC|NUM/, 'decimal'],
]

/** Whether a column converts texts of digits to numbers, by the rules of SQLite. */
function isNumeric(type: string): boolean {
  return type !== '' && (/INT/.test(type) || !/CHAR|CLOB|TEXT|BLOB/.test(type))
}

/** Kinds whose values may be texts. */
const textual: ReadonlySet<ValueKind> = new Set(['text', 'other', 'timestamp', 'local', 'day'])

/** What a column of a table holds. */
export function sqliteColumn(declared: string, strict: boolean): ColumnKind {
  const kind = strict && declared.toUpperCase() === 'ANY' ? 'other' : sqliteKind(declared)
  if (kind === 'decimal' && !isNumeric(declared.toUpperCase())) return { kind, strict, asText: true }
  if (strict || !isNumeric(declared.toUpperCase())) return { kind, strict }
  // In JSON, texts are quoted, so only its numbers can be converted.
  return { kind, strict, limits: { numeric: textual.has(kind), integers64: true } }
}

/** What a column's declared type says about its values; SQLite itself accepts any value anywhere. */
function sqliteKind(declared: string): ValueKind {
  const type = declared.toUpperCase()
  return words.find(([pattern]) => pattern.test(type))?.[1] ?? 'other'
}
