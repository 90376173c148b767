import { nameQuoter } from '../../tables/names.js'
import { timeText } from '../../values/convert-date.js'
import { columnTypeOf } from '../../values/value-kind.js'
import type { Dialect } from '../dialect.js'
import { decoderOf } from './decode.js'
import { encoderOf } from './encode.js'
import { mysqlFailureKind } from './failure-kind.js'

const quoteName = nameQuoter({
  quote: '`',
  most: 64,
  unit: 'characters',
  length: (name) => [...name].length,
  fault: (name) => {
    if (/[\u{10000}-\u{10ffff}]/u.test(name))
      return 'MySQL and MariaDB do not support this character in a name (beyond U+FFFF)'
    return /[ \t\n\v\f\r]$/.test(name) ? 'it ends with white space' : undefined
  },
})

/** MySQL and MariaDB, which need no distinction here. */
export const mysql = {
  clients: ['mysql', 'mariadb'],
  schemes: ['mysql:', 'mariadb:'],
  reachedBy: 'server',
  fileEndings: [],
  drivers: ['mysql2'],
  failureKind: mysqlFailureKind,
  encoderOf,
  decoderOf,
  timeText,
  // TINYINT(1) is the type for booleans, and may hold other small numbers.
  columnTypeOf(column) {
    if (column.kind === 'boolean') return 'unknown'
    return column.kind === 'other' && column.limits?.clock === true ? 'string' : columnTypeOf(column)
  },
  quoteName,
  placeholder: () => '?',
  onConflict(columns, key) {
    const changed = columns.filter((column) => !key.includes(column))
    // If there is no column to update, a column of the key is set to its own value.
    const set = (changed.length === 0 ? key.slice(0, 1) : changed).map(quoteName)
    return ` ON DUPLICATE KEY UPDATE ${set.map((name) => `${name} = VALUES(${name})`).join(', ')}`
  },
  // A FLOAT is returned with six digits, a DOUBLE with all of them.
  exactColumn: (column, { limits }) => (limits?.single === true ? `(${column} + 0e0)` : column),
  lexis: {
    hashComments: true,
    dashesNeedSpace: true,
    nestedComments: false,
    dollarQuotes: false,
    bracketQuotes: false,
    backslashes: 'always',
  },
  keyset: {
    // A FLOAT is returned with six digits, and a BIT as bytes, which do not equal it.
    exact(column, { kind, limits }) {
      if (kind === 'bits') return `(${column} + 0)`
      return limits?.single === true ? `(${column} + 0e0)` : column
    },
    // A text beside a number would be compared as a float.
    bound(place, value, { kind }) {
      if (kind === 'bits') return `CAST(${place} AS UNSIGNED)`
      if (typeof value !== 'string' || (kind !== 'bigint' && kind !== 'decimal')) return place
      const fraction = /\.(\d*)$/.exec(value)?.[1]?.length ?? 0
      return `CAST(${place} AS DECIMAL(65,${fraction}))`
    },
  },
  tables: {
    types: {
      string: 'LONGTEXT',
      number: 'DOUBLE',
      integer: 'BIGINT',
      bigint: 'BIGINT',
      // The widest type; zeros at the end of its 30 digits are not read.
      decimal: 'DECIMAL(65,30)',
      boolean: 'BOOLEAN',
      date: 'DATETIME(3)',
      bytes: 'LONGBLOB',
      vector: 'LONGBLOB',
      json: 'JSON',
      unknown: 'LONGTEXT',
    },
    // A text of unlimited length cannot be indexed.
    keyTypes: { string: 'VARCHAR(255)', unknown: 'VARCHAR(255)', bytes: 'VARBINARY(255)' },
    // Texts that differ only in case are two keys, as in rows. Only InnoDB can roll back changes.
    options: ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
    mostColumns: 100,
    exchange: {
      createLike: (table, like) => `CREATE TABLE ${table} LIKE ${like}`,
      // RENAME commits the transaction first.
      async swap(transaction, { made, replaced, free }) {
        await transaction.commit()
        await transaction.run(`RENAME TABLE ${replaced} TO ${free}, ${made} TO ${replaced}`)
        await transaction.run(`DROP TABLE ${free}`)
      },
    },
  },
  transactions: {
    coverTables: false,
    oneWriter: false,
    savepointsAhead: true,
    savepointsReplace: true,
    conflictEnds: 'transaction',
  },
} as const satisfies Dialect
