import { nameQuoter } from '../../tables/names.js'
import { onConflictUpdate } from '../../tables/on-conflict.js'
import { timeText } from '../../values/convert-date.js'
import { columnTypeOf } from '../../values/value-kind.js'
import type { Dialect } from '../dialect.js'
import { decoderOf } from './decode.js'
import { encoderOf } from './encode.js'
import { postgresFailureKind } from './failure-kind.js'

const quoteName = nameQuoter({ quote: '"', most: 63, unit: 'bytes', length: (name) => Buffer.byteLength(name) })

/** PostgreSQL. */
export const postgres = {
  clients: ['postgres'],
  schemes: ['postgres:', 'postgresql:'],
  reachedBy: 'server',
  fileEndings: [],
  drivers: ['pg', 'pg-cursor', 'pg-copy-streams'],
  failureKind: postgresFailureKind,
  encoderOf,
  decoderOf,
  timeText,
  // A type that is not in the table is text, as PostgreSQL writes it.
  columnTypeOf: (column) => (column.kind === 'other' && column.list !== true ? 'string' : columnTypeOf(column)),
  quoteName,
  placeholder: (index) => `$${index}`,
  onConflict: onConflictUpdate(quoteName),
  lexis: {
    hashComments: false,
    dashesNeedSpace: false,
    nestedComments: true,
    dollarQuotes: true,
    bracketQuotes: false,
    backslashes: 'after E',
  },
  // A date in JavaScript has no microseconds.
  keyset: { exact: (column) => `${column}::text`, bound: (place) => place },
  tables: {
    types: {
      string: 'text',
      number: 'double precision',
      integer: 'bigint',
      bigint: 'bigint',
      decimal: 'numeric',
      boolean: 'boolean',
      date: 'timestamp with time zone',
      bytes: 'bytea',
      vector: 'bytea',
      json: 'jsonb',
      unknown: 'text',
    },
    keyTypes: {},
    options: '',
    mostColumns: 500,
    exchange: {
      createLike: (table, like) => `CREATE TABLE ${table} (LIKE ${like} INCLUDING ALL)`,
      async swap(transaction, { made, replaced, replacedName }) {
        await transaction.run(`DROP TABLE ${replaced}`)
        await transaction.run(`ALTER TABLE ${made} RENAME TO ${replacedName}`)
        await transaction.commit()
      },
    },
  },
  transactions: {
    coverTables: true,
    oneWriter: false,
    savepointsAhead: true,
    savepointsReplace: false,
    conflictEnds: 'statement',
  },
} as const satisfies Dialect
