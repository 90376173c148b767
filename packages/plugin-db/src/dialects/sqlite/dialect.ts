import type { ColumnType } from '@maestro-dataflow/core'
import { nameQuoter } from '../../tables/names.js'
import { onConflictUpdate } from '../../tables/on-conflict.js'
import type { ValueKind } from '../../values/value-kind.js'
import type { Dialect } from '../dialect.js'
import { decoderOf } from './decode.js'
import { encoderOf } from './encode.js'
import { sqliteFailureKind } from './failure-kind.js'

/**
 * In SQLite, a column's type is a hint, except in STRICT tables. Integers are numbers, or bigint values beyond 2^53, so
 * they have no single type. A row with another value in a column of our type DECIMAL_TEXT is rejected.
 */
const strictTypes: Partial<Record<ValueKind, ColumnType>> = { text: 'string', number: 'number', bytes: 'bytes' }

const quoteName = nameQuoter({ quote: '"', most: 1000, unit: 'characters', length: (name) => name.length })

/** SQLite, by libsql, which has the interface of better-sqlite3 and needs no compilation. */
export const sqlite = {
  clients: ['sqlite'],
  schemes: ['sqlite:'],
  reachedBy: 'path',
  fileEndings: ['-wal', '-shm', '-journal'],
  drivers: ['libsql'],
  failureKind: sqliteFailureKind,
  encoderOf,
  decoderOf,
  // A time is a text there, in any form.
  timeText: (raw) => raw,
  columnTypeOf({ strict, kind, asText }) {
    if (asText === true) return 'decimal'
    return strict === true ? (strictTypes[kind] ?? 'unknown') : 'unknown'
  },
  quoteName,
  placeholder: () => '?',
  onConflict: onConflictUpdate(quoteName),
  lexis: {
    hashComments: false,
    dashesNeedSpace: false,
    nestedComments: false,
    dollarQuotes: false,
    bracketQuotes: true,
    backslashes: 'never',
  },
  keyset: { exact: (column) => column, bound: (place) => place },
  tables: {
    types: {
      string: 'TEXT',
      number: 'REAL',
      integer: 'INTEGER',
      bigint: 'BIGINT',
      // A column of type DECIMAL would convert texts to numbers.
      decimal: 'DECIMAL_TEXT',
      boolean: 'BOOLEAN',
      date: 'TIMESTAMP',
      bytes: 'BLOB',
      vector: 'VECTOR_BLOB',
      // A column of type JSON would convert texts such as "1e5" to numbers.
      json: 'JSON_TEXT',
      unknown: 'TEXT',
    },
    keyTypes: {},
    options: '',
    mostColumns: 500,
    // Its transactions cover everything, and a file has one writer, so exchanging rows is equally fast.
    exchange: undefined,
  },
  transactions: {
    coverTables: true,
    oneWriter: true,
    savepointsAhead: false,
    savepointsReplace: false,
    conflictEnds: 'transaction',
  },
} as const satisfies Dialect
