import { pipeline, type Row, type SourceCursor } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { databases, failure, temporaryDatabase } from '../__fixtures__/databases.js'
import { connectionSettings } from '../connection/resolve-connection.js'
import { openTable } from './table-source.js'

/** Types and collations of each database, with how the n-th value is written; the numbers are mixed before. */
const keys: Readonly<Record<(typeof databases)[number], Readonly<Record<string, (n: number) => string>>>> = {
  sqlite: {
    INTEGER: (n) => String(n - 150),
    'INTEGER /* wide */': (n) => String(9007199254740900n + BigInt(n)),
    BIGINT: (n) => String(-9007199254740900n - BigInt(n)),
    REAL: (n) => String((n - 150) / 3),
    NUMERIC: (n) => (n % 2 === 0 ? `${n}.5` : String(n)),
    TEXT: (n) => `'${word(n)}'`,
    'TEXT COLLATE NOCASE': (n) => `'${word(n)}'`,
    'TEXT COLLATE RTRIM': (n) => `'${word(n)}${' '.repeat(n % 3)}'`,
    BLOB: (n) => `x'${hex(n)}'`,
    'TEXT /* with NUL */': (n) => `'a' || char(0) || '${word(n)}'`,
    '': (n) => [String(n), `'${n}'`, `x'${hex(n)}'`, `${n}.25`][n % 4] ?? '',
    DATE: (n) => `'${day(n)}'`,
    TIMESTAMP: (n) => `'${day(n)} 03:04:05.123456'`,
    'VARCHAR(20)': (n) => `'0000000000000${n % 2 === 0 ? n : `${n}a`}'`,
  },
  postgres: {
    smallint: (n) => String(n - 150),
    bigint: (n) => String(9007199254740900n + BigInt(n)),
    real: (n) => `${n}::real / 7`,
    'double precision': (n) => `${n - 150}::float8 / 7`,
    numeric: (n) => `${n}.123456789012345678901`,
    text: (n) => `'${word(n)}'`,
    'text COLLATE "C"': (n) => `'${word(n)}'`,
    'text COLLATE "en-x-icu"': (n) => `'${word(n)}'`,
    'varchar(40)': (n) => `'0000000000000${n % 2 === 0 ? n : `${n}a`}'`,
    'char(12)': (n) => `'${word(n)}'`,
    bytea: (n) => `'\\x${hex(n)}'`,
    date: (n) => `'${day(n)}'`,
    timestamptz: (n) => `'2026-01-02 03:04:05.${String(n).padStart(6, '0')}+02'`,
    timestamp: (n) => `'2026-01-02 03:04:05.${String(n).padStart(6, '0')}'`,
    time: (n) => `'03:04:05.${String(n).padStart(6, '0')}'`,
    timetz: (n) => `'03:04:05.${String(n).padStart(6, '0')}+0${n % 3}'`,
    interval: (n) => `'${n % 2 === 0 ? `${n} days` : `${n} hours`} 0.5 seconds'`,
    uuid: (n) => `md5('${n}')::uuid`,
    inet: (n) => `'10.0.${n % 7}.${n % 256}/${24 + (n % 9)}'::inet + ${n}`,
    'integer[]': (n) => `ARRAY[${n % 7}, ${n}]`,
    'text[]': (n) => `ARRAY['${word(n)}', NULL]`,
    jsonb: (n) => (n % 2 === 0 ? `'{"a": ${n}}'` : `'"${n}"'`),
    money: (n) => `${n}::money`,
    'bit(12)': (n) => `${n}::bit(12)`,
    int4range: (n) => `'[${n % 7},${n + 20})'`,
    boolean: (n) => String(n % 2 === 0),
    mood: (n) => `'${['z', 'b', 'a'][n % 3]}'`,
    a_mood: (n) => `'${['z', 'b', 'a'][n % 3]}'`,
    pair: (n) => `ROW(${n % 7}, 'x${n}')::pair`,
    'mood[]': (n) => `ARRAY['${['z', 'b', 'a'][n % 3]}']::mood[]`,
    '"char"': (n) => `chr(${33 + (n % 90)})::"char"`,
    macaddr: (n) => `'08:00:2b:01:02:${(n % 256).toString(16).padStart(2, '0')}'`,
    oid: (n) => String(n),
    folded: (n) => `'${word(n)}'`,
    citext: (n) => `'${n % 2 === 0 ? word(n) : word(n).toUpperCase()}'`,
    'numeric /* with NaN */': (n) => (n % 50 < 2 ? (["'NaN'", "'-Infinity'", "'Infinity'"][n % 3] ?? '') : `${n}.50`),
    'double precision /* with NaN */': (n) => (n % 50 < 2 ? (["'NaN'", "'-Infinity'", "'-0'"][n % 3] ?? '') : `${n}.5`),
    'timestamptz /* without end */': (n) =>
      n % 50 < 2 ? (["'infinity'", "'-infinity'", "'0044-03-15 BC'"][n % 3] ?? '') : `'${day(n)}'`,
    'varbit(12)': (n) => `${n}::bit(${1 + (n % 12)})::varbit`,
    cidr: (n) => `'10.${n % 7}.0.0/${16 + (n % 3)}'`,
    int8multirange: (n) => `int8multirange(int8range(${n % 7}, ${n + 9}))`,
    'text COLLATE nocase': (n) => `'${word(n)}'`,
    hstore: (n) => `'a=>${n % 7}, b=>NULL'`,
    tsvector: (n) => `'w${n % 7}:1 v${n}'`,
    pg_lsn: (n) => `'0/${n.toString(16)}'`,
    small: (n) => String(n),
  },
  mariadb: {
    TINYINT: (n) => String((n % 256) - 128),
    'INT UNSIGNED': (n) => String(4294967295 - n),
    BIGINT: (n) => String(9007199254740900n + BigInt(n)),
    'BIGINT UNSIGNED': (n) => String(18446744073709551615n - BigInt(n)),
    DOUBLE: (n) => `${n - 150} / 7e0`,
    'DECIMAL(38, 12)': (n) => `12345678901234567890123456.${String(n).padStart(12, '0')}`,
    'VARCHAR(40)': (n) => `'0000000000000${n % 2 === 0 ? n : `${n}a`}'`,
    'VARCHAR(40) COLLATE utf8mb4_bin': (n) => `'${word(n)}'`,
    'VARCHAR(40) COLLATE utf8mb4_general_ci': (n) => `'${word(n)}'`,
    'VARCHAR(40) COLLATE utf8mb4_unicode_ci': (n) => `'${word(n)}'`,
    'VARCHAR(40) CHARACTER SET latin1 COLLATE latin1_german2_ci': (n) => `'ä${n}'`,
    'CHAR(20)': (n) => `'${word(n)}'`,
    'VARBINARY(40)': (n) => `x'${hex(n)}'`,
    'BINARY(4)': (n) => `x'${hex(n)}'`,
    DATE: (n) => `'${day(n)}'`,
    'DATETIME(6)': (n) => `'2026-01-02 03:04:05.${String(n).padStart(6, '0')}'`,
    'TIMESTAMP(6)': (n) => `'2026-01-02 03:04:05.${String(n).padStart(6, '0')}'`,
    'TIME(6)': (n) => `'${n % 2 === 0 ? '-' : ''}${String(n).padStart(3, '0')}:04:05.5'`,
    YEAR: (n) => String(1901 + (n % 255)),
    UUID: (n) =>
      `'${(n * 7919).toString(16).padStart(8, '0')}-${hex(n).slice(0, 4)}-4ef8-bb6d-${String(n).padStart(12, '0')}'`,
    INET6: (n) => `'::${n.toString(16)}'`,
    BOOLEAN: (n) => String(n % 2 === 0),
    'VARCHAR(20) COLLATE utf8mb4_uca1400_ai_ci': (n) => `'${['ä', 'a', 'Z', 'ß', 'ss'][n % 5]}${n}'`,
    'VARCHAR(20) COLLATE utf8mb4_nopad_bin': (n) => `'${n}${' '.repeat(n % 3)}'`,
    'VARCHAR(20) CHARACTER SET utf16': (n) => `'${['ä', '😀', '漢'][n % 3]}${n}'`,
    'INT(6) UNSIGNED ZEROFILL': (n) => String(n),
    'DECIMAL(5, 2)': (n) => `${(n - 150) / 4}`,
    'TINYINT UNSIGNED': (n) => String(n % 256),
    'TINYINT(1)': (n) => String((n % 7) - 3),
    'VARCHAR(20) COLLATE utf8mb4_nopad_bin /* with controls */': (n) => `'a${n % 2 === 0 ? '\t' : ' '}${n}'`,
    'CHAR(20) COLLATE utf8mb4_bin': (n) => `'a${n % 2 === 0 ? '\t' : ''}${n % 9}'`,
    INET4: (n) => `'10.0.${n % 7}.${n % 256}'`,
    "ENUM('z', 'b', 'a')": (n) => `'${['z', 'b', 'a'][n % 3]}'`,
    "SET('z', 'b', 'a')": (n) => `'${['z', 'b', 'a', 'b,a', 'z,a'][n % 5]}'`,
    FLOAT: (n) => `${n} / 7`,
    'BIT(12)': (n) => `${n}`,
  },
}

/** Types that are refused, because pages by them would lose rows. */
const refused = new Set(['a_mood', 'pair', 'hstore', "ENUM('z', 'b', 'a')", "SET('z', 'b', 'a')", 'FLOAT', 'BIT(12)'])

function word(n: number): string {
  return `${['', 'A', 'b', 'é', 'z_', '10', '漢', '9', '-'][n % 9]}${n}`
}

const hex = (n: number): string => n.toString(16).padStart(8, '0')

function day(n: number): string {
  return new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10)
}

const count = 300

describe.each(databases)('%s', (name) => {
  const { sql, read, project, connection, newTable, folder } = temporaryDatabase(name)

  /** Reads the first page, and then the rows behind it by its cursor, which was kept as JSON. */
  async function readInTwo(table: string): Promise<readonly (readonly Row[])[]> {
    const settings = connectionSettings({ connection }, { directory: folder, allowOutside: false })
    const open = () => openTable({ connection, table, method: 'keyset' }, settings)
    for await (const first of (await open()).read()) {
      const rest: Row[] = []
      const kept = JSON.parse(JSON.stringify(first.cursor)) as SourceCursor
      for await (const batch of (await open()).read(kept)) rest.push(...batch.rows)
      return [first.rows, rest]
    }
    return []
  }

  const query = async (options: { query: string; key: string | readonly string[] }) => {
    const rows: Row[] = []
    const paged = pipeline('paged').read('db.query', { connection, method: 'keyset', ...options })
    for await (const row of project().rows(paged)) rows.push(row as Row)
    return rows
  }

  test.each(Object.entries(keys[name]))(
    '%s: pages have each row once, or the key is refused',
    async (type, written) => {
      const table = newTable()
      if (name === 'postgres') {
        await sql(`DO $$ BEGIN CREATE TYPE mood AS ENUM ('z', 'b', 'a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        DO $$ BEGIN CREATE DOMAIN a_mood AS mood; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        DO $$ BEGIN CREATE TYPE pair AS (a int, b text); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        DO $$ BEGIN CREATE DOMAIN small AS integer CHECK (VALUE < 1000); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        DO $$ BEGIN CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
          EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        CREATE EXTENSION IF NOT EXISTS citext; CREATE EXTENSION IF NOT EXISTS hstore;
        DO $$ BEGIN CREATE DOMAIN folded AS text COLLATE nocase; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
      }
      await sql(`CREATE TABLE ${table} (k ${type} NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (k, n))`)
      // 7 has no common divisor with the count: every number comes once, mixed.
      const values = Array.from({ length: count }, (_, at) => (at * 7) % count)
      await sql(`INSERT INTO ${table} VALUES ${values.map((n) => `(${written(n)}, ${n})`).join(', ')}`)
      const { rows: all, report } = await read({ table })
      const byNumber = (rows: readonly Row[]) => [...rows].sort((a, b) => Number(a.n) - Number(b.n))
      expect(all.length + report.counts.rejected).toBe(count)
      if (refused.has(type)) {
        expect((await failure(read({ table, method: 'keyset' }))).code).toBe('MAESTRO_DB_KEY_UNORDERED')
        const asked = query({ query: `SELECT k, n FROM ${table}`, key: ['k', 'n'] })
        expect((await failure(asked)).code).toBe('MAESTRO_DB_KEY_UNORDERED')
        return
      }
      const paged = (await read({ table, method: 'keyset' })).rows
      expect(byNumber(paged)).toEqual(byNumber(all))
      const [first = [], rest = []] = await readInTwo(table)
      expect(first.length).toBeGreaterThan(1)
      expect(rest.length).toBeGreaterThan(1)
      expect([...first, ...rest]).toEqual(paged)
      const asked = await query({ query: `SELECT k, n FROM ${table}`, key: ['k', 'n'] })
      expect(byNumber(asked)).toEqual(byNumber(all))
      expect(new Set(asked.map(({ n }) => n)).size).toBe(all.length)
    },
  )

  test('keys that are equal to the database, though not in their letters, are refused before a row is read', async () => {
    const table = newTable()
    const type = {
      sqlite: 'TEXT COLLATE NOCASE',
      postgres: 'text COLLATE nocase',
      mariadb: 'VARCHAR(9) COLLATE utf8mb4_general_ci',
    }[name]
    await sql(`CREATE TABLE ${table} (k ${type})`)
    await sql(`INSERT INTO ${table} VALUES ('a'), ('A'), ('b')`)
    const error = await failure(query({ query: `SELECT k FROM ${table}`, key: 'k' }))
    expect(error).toMatchObject({ code: 'MAESTRO_DB_KEY_NOT_UNIQUE' })
  })

  const weakIndexes: Readonly<Record<(typeof databases)[number], Readonly<Record<string, string>>>> = {
    sqlite: {
      'of another collation':
        'CREATE TABLE $ (k TEXT COLLATE NOCASE NOT NULL); CREATE UNIQUE INDEX $i ON $ (k COLLATE BINARY)',
      'over a part of the rows': "CREATE TABLE $ (k TEXT NOT NULL); CREATE UNIQUE INDEX $i ON $ (k) WHERE k < 'B'",
    },
    postgres: {
      'of another collation':
        'CREATE TABLE $ (k text COLLATE nocase NOT NULL); CREATE UNIQUE INDEX $i ON $ (k COLLATE "C")',
      'that is checked at the end of a transaction': 'CREATE TABLE $ (k text NOT NULL UNIQUE DEFERRABLE)',
      'that does not cover inheriting tables': 'CREATE TABLE $ (k text PRIMARY KEY); CREATE TABLE $c () INHERITS ($)',
      'over a part of the rows': "CREATE TABLE $ (k text NOT NULL); CREATE UNIQUE INDEX $i ON $ (k) WHERE k < 'B'",
    },
    mariadb: { 'over the beginnings of texts': 'CREATE TABLE $ (k VARCHAR(99) NOT NULL, UNIQUE (k(1)))' },
  }
  test.each(Object.entries(weakIndexes[name]))('a unique index %s does not make a key', async (_, made) => {
    const table = newTable()
    if (name === 'postgres')
      await sql(`DO $$ BEGIN CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
    await sql(made.replaceAll('$', table))
    await sql(`INSERT INTO ${table} VALUES ('a'), ('b')`)
    const error = await failure(read({ table, key: 'k', method: 'keyset' }))
    expect(error).toMatchObject({ code: 'MAESTRO_DB_KEY_NOT_UNIQUE' })
  })

  test('rows of one id are found wherever they stand, when the key folds case', async () => {
    const table = newTable()
    const type = {
      sqlite: 'TEXT COLLATE NOCASE',
      postgres: 'text COLLATE nocase',
      mariadb: 'VARCHAR(9) COLLATE utf8mb4_general_ci',
    }[name]
    await sql(`CREATE TABLE ${table} (k ${type})`)
    await sql(`INSERT INTO ${table} VALUES ('a'), ('A'), ('a'), ('A')`)
    const { ids, report } = await read({ table, key: 'k' })
    expect(ids).toEqual(['a', 'A'])
    expect(report.counts.rejected).toBe(2)
  })
})
