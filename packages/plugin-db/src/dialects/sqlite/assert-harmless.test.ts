import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failure, temporaryDatabase } from '../../__fixtures__/databases.js'

const { sql, path, project, connection, folder, newTable, read, write } = temporaryDatabase('sqlite')

const ask = async (query: string, params: Readonly<Record<string, unknown>> = {}) => {
  const rows: unknown[] = []
  for await (const row of project().rows(pipeline('ask').read('db.query', { connection, query, params })))
    rows.push(row)
  return rows
}

const file = path('stolen.txt')
const secret = path('secret.txt')
writeFileSync(secret, 'the secret')
await sql('CREATE TABLE seen (id INTEGER, text TEXT)')
await sql("INSERT INTO seen VALUES (1, 'a'), (2, 'readfile'), (3, 'fsdir')")

const writes = `writefile('${file}', 'x')`
const reads = `readfile('${secret}')`
const list = `fsdir('${folder}')`

const variants: readonly string[] = [
  `SELECT ${writes}`,
  `SELECT WriteFile('${file}', 'x')`,
  `SELECT "writefile"('${file}', 'x')`,
  `SELECT [writefile]('${file}', 'x')`,
  `SELECT \`writefile\`('${file}', 'x')`,
  `SELECT writefile/* a comment */('${file}', 'x')`,
  `SELECT writefile -- a comment\n ('${file}', 'x')`,
  `SELECT id FROM seen WHERE ${writes} > 0`,
  `SELECT id FROM seen GROUP BY id HAVING ${writes} > 0`,
  `SELECT id FROM seen ORDER BY ${writes}`,
  `SELECT id FROM seen LIMIT ${writes}`,
  `SELECT id FROM seen LIMIT 1 OFFSET ${writes}`,
  `SELECT count(*) FILTER (WHERE ${writes} > 0) FROM seen`,
  `SELECT sum(id) OVER (ORDER BY ${writes}) FROM seen`,
  `SELECT max(${writes}) FROM seen`,
  `SELECT CASE WHEN id = 1 THEN ${writes} END FROM seen`,
  `SELECT (SELECT ${writes})`,
  `SELECT 1 WHERE EXISTS (SELECT 1 FROM seen WHERE ${writes} > 0)`,
  `SELECT 1 IN (SELECT ${writes})`,
  `WITH a AS (SELECT ${writes} AS x) SELECT * FROM a`,
  `WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + ${writes} FROM a LIMIT 2) SELECT * FROM a`,
  `SELECT 1 UNION ALL SELECT ${writes}`,
  `VALUES (${writes})`,
  `SELECT * FROM seen JOIN (SELECT ${writes} AS x)`,
  `SELECT * FROM json_each(${reads})`,
  `SELECT coalesce(NULL, ${reads})`,
  `SELECT iif(1, ${reads}, 0)`,
  `SELECT ${reads} AS a`,
  `SELECT hex(${reads})`,
  `SELECT * FROM ${list}`,
  `SELECT * FROM main.${list}`,
  `SELECT * FROM FSDIR('${folder}')`,
  `SELECT * FROM "fsdir"('${folder}')`,
  `SELECT * FROM 'fsdir'('${folder}')`,
  `SELECT * FROM [fsdir]('${folder}')`,
  `SELECT * FROM \`fsdir\`('${folder}')`,
  `SELECT * FROM fsdir WHERE path = '${folder}'`,
  `SELECT data FROM seen JOIN fsdir ON path = '${secret}'`,
  `WITH a AS (SELECT * FROM ${list}) SELECT name FROM a`,
  `SELECT 1 WHERE EXISTS (SELECT * FROM ${list})`,
  "SELECT load_extension('/nowhere')",
  `SELECT sha3_query('ATTACH ''${file}'' AS other')`,
  "SELECT sqlite3mc_config('cipher', 1)",
  'SELECT * FROM pragma_database_list',
  'SELECT * FROM pragma_journal_mode',
  'SELECT * FROM "pragma_journal_mode"',
  "SELECT * FROM pragma_optimize('1')",
  'SELECT data FROM sqlite_dbpage',
  'SELECT * FROM sqlite_stmt',
  `ATTACH '${file}' AS other`,
  `SELECT 1; ATTACH '${file}' AS other`,
  `VACUUM INTO '${file}'`,
  `SELECT 1; VACUUM INTO '${file}'`,
  `EXPLAIN SELECT ${writes}`,
  'PRAGMA query_only = OFF',
  'PRAGMA writable_schema = ON',
  'SELECT 1; PRAGMA query_only = OFF',
  `WITH a AS (SELECT 1) INSERT INTO seen SELECT ${writes}, 'x'`,
  "WITH a AS (SELECT 1) UPDATE seen SET text = 'x'",
  'WITH a AS (SELECT 1) DELETE FROM seen',
]

describe('db.query on SQLite touches nothing but the database', () => {
  test.each(variants)('%s', async (query) => {
    const before = readdirSync(folder)
    const error = await failure(ask(query))
    expect(error.code).toBe('MAESTRO_DB_QUERY')
    expect(existsSync(file)).toBe(false)
    expect(readdirSync(folder)).toEqual(before)
    expect(await sql('SELECT count(*) AS n FROM seen')).toEqual([{ n: 3 }])
  })

  test('by parameters and in pages', async () => {
    const params = { path: file, text: 'x' }
    expect((await failure(ask('SELECT writefile(:path, :text)', params))).code).toBe('MAESTRO_DB_QUERY')
    const paged = pipeline('paged').read('db.query', {
      connection,
      query: `SELECT id, ${writes} AS x FROM seen`,
      key: 'id',
      method: 'keyset',
    })
    expect((await failure(project().preview(paged, 1))).code).toBe('MAESTRO_DB_QUERY')
    expect(existsSync(file)).toBe(false)
  })

  test('within random expressions', async () => {
    const wrap = fc.constantFrom<(inner: string) => string>(
      (inner) => `coalesce(NULL, ${inner})`,
      (inner) => `(SELECT ${inner})`,
      (inner) => `CASE WHEN 1 THEN ${inner} END`,
      (inner) => `abs(length(${inner}))`,
      (inner) => `(SELECT max(x) FROM (SELECT ${inner} AS x))`,
      (inner) => `CAST(${inner} AS TEXT)`,
      (inner) => `json_array(${inner})`,
      (inner) => `(WITH a(x) AS (VALUES (${inner})) SELECT x FROM a)`,
    )
    await fc.assert(
      fc.asyncProperty(fc.array(wrap, { maxLength: 5 }), fc.constantFrom(writes, reads), async (wraps, call) => {
        const error = await failure(ask(`SELECT ${wraps.reduce((inner, by) => by(inner), call)} AS x`))
        expect(error.code).toBe('MAESTRO_DB_QUERY')
        expect(existsSync(file)).toBe(false)
      }),
      { numRuns: 25 },
    )
  })
})

describe('what the schema of a foreign file calls', () => {
  test('views, also through queries and upon views', async () => {
    await sql(`CREATE VIEW reads AS SELECT ${reads} AS x; CREATE VIEW lists AS SELECT * FROM ${list}`)
    await sql('CREATE VIEW upon AS SELECT * FROM reads')
    for (const table of ['reads', 'lists', 'upon']) {
      await expect(read({ table })).rejects.toThrow(/unsafe use|may not/)
      await expect(ask(`SELECT * FROM ${table}`)).rejects.toThrow(/unsafe use|may not/)
    }
  })

  test('triggers and defaults', async () => {
    const table = newTable()
    await sql(
      `CREATE TABLE ${table} (id INTEGER); CREATE TRIGGER t AFTER INSERT ON ${table} BEGIN SELECT ${writes}; END`,
    )
    await expect(write([{ id: 1 }], { table })).rejects.toThrow(/unsafe use/)
    expect(existsSync(file)).toBe(false)
  })

  test('a virtual table that is smuggled into the schema', async () => {
    await sql(
      `SAVEPOINT a; RELEASE a; PRAGMA writable_schema = ON; INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql)
       VALUES ('table', 'harmless', 'harmless', 0, 'CREATE VIRTUAL TABLE harmless USING fsdir')`,
    )
    const error = await failure(ask(`SELECT * FROM harmless WHERE path = '${folder}'`))
    expect(error.code).toBe('MAESTRO_DB_QUERY')
    await sql("SAVEPOINT a; RELEASE a; PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'harmless'")
  })
})

test('functions that only compute are allowed', async () => {
  expect(
    await ask(
      `SELECT upper(text) AS a, sqrt(id) AS b, count(*) OVER () AS c, json_extract('{"a":[1]}', '$.a[0]') AS d, date(0) AS e
       FROM seen WHERE text IN ('readfile', 'fsdir', 'writefile(x)') AND id < (SELECT max(value) FROM json_each('[2.5]'))`,
    ),
  ).toEqual([{ a: 'READFILE', b: Math.SQRT2, c: 1, d: 1, e: '-4713-11-24' }])
  expect(await ask("SELECT value FROM generate_series(1, 2), seen WHERE text = 'a'")).toEqual([
    { value: 1 },
    { value: 2 },
  ])
  expect(await ask("SELECT name FROM pragma_table_info('seen')")).toEqual([{ name: 'id' }, { name: 'text' }])
  await sql("CREATE VIRTUAL TABLE found USING fts5(text); INSERT INTO found VALUES ('good soup')")
  expect(
    await ask("SELECT highlight(found, 0, '<', '>') AS x FROM found WHERE found MATCH 'soup' ORDER BY rank"),
  ).toEqual([{ x: 'good <soup>' }])
})
