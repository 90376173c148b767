import type { Row } from '@maestro-dataflow/core'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { rejectsOf, temporaryDatabase } from './__fixtures__/databases.js'
import { DBStorage } from './storage/database-storage.js'

const server = inject('pgvector')

/** A row as others have it, and a vector in single precision. */
const row = (id: number, ...numbers: number[]): Row => ({ id, name: `n${id}`, vector: new Float32Array(numbers) })

describe.skipIf(server === undefined)('PostgreSQL with pgvector', () => {
  const { connection, sql, read, write, newTable } = temporaryDatabase('postgres', server)
  beforeAll(async () => {
    await sql('CREATE SCHEMA extensions; CREATE EXTENSION vector SCHEMA extensions')
  })
  const typeOf = async (table: string, column = 'vector') =>
    (
      await sql(
        'SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2',
        [table, column],
      )
    )[0]?.type

  test('a table is made with vectors of the extension, wherever it is installed, and they come back', async () => {
    const table = newTable()
    const rows = [row(1, 0.1, -2, 3e-7), row(2, 1, 0, 0), { id: 3, name: 'none', vector: null }]
    await write(rows, { table, key: 'id', columns: { id: 'integer', name: 'string', vector: 'vector' } })
    expect(await typeOf(table)).toBe('extensions.vector')
    const back = await read({ table })
    expect(back.rows.map(({ vector }) => vector)).toEqual(rows.map(({ vector }) => vector))
    expect(back.rows[0]?.vector).toBeInstanceOf(Float32Array)
    const near = `SELECT id FROM ${table} ORDER BY vector OPERATOR(extensions.<=>) '[1,0.1,0]' LIMIT 1`
    expect(await sql(near)).toEqual([{ id: '2' }])
  })

  test('a query also recognizes vectors and lists of vectors', async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id int PRIMARY KEY, vector extensions.vector(2), many extensions.vector[])`)
    await sql(`INSERT INTO ${table} VALUES (1, '[1,2]', ARRAY['[1,2]'::extensions.vector, '[3,4]'])`)
    const { rows } = await read({ table })
    const many = [new Float32Array([1, 2]), new Float32Array([3, 4])]
    expect(rows).toEqual([{ id: 1, vector: new Float32Array([1, 2]), many }])
    expect((await read({ table, method: 'keyset' })).rows).toEqual(rows)
    await write(rows, { table, mode: 'upsert', key: 'id' })
    expect((await read({ table })).rows).toEqual(rows)
  })

  test.each(['append', 'upsert'] as const)(
    '%s: a vector of another length is refused, the rows around it go in',
    async (mode) => {
      const table = newTable()
      await sql(`CREATE TABLE ${table} (id int PRIMARY KEY, name text, vector extensions.vector(3))`)
      const rows = [row(1, 1, 2, 3), row(2, 1, 2), row(3, 4, 5, 6), row(4, Number.NaN, 0, 0)]
      const report = await write(rows, { table, mode, ...(mode === 'upsert' ? { key: 'id' } : {}) })
      expect((await read({ table })).rows.map(({ id }) => id)).toEqual([1, 3])
      const rejects = rejectsOf(report)
      expect(rejects.map(({ code }) => code)).toEqual(['MAESTRO_DB_ROW_REFUSED', 'MAESTRO_DB_ROW_REFUSED'])
      expect(rejects[0]?.message).toContain('expected 3 dimensions, not 2')
      expect(rejects[1]?.message).toContain('NaN')
    },
  )

  test('embeddings are written by replacing a table, and its type stays', async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id int PRIMARY KEY, name text, vector extensions.vector(2))`)
    await write([row(1, 1, 2)], { table, mode: 'append' })
    await write([row(2, 3, 4)], { table, mode: 'overwrite' })
    expect(await typeOf(table)).toBe('extensions.vector(2)')
    expect((await read({ table })).rows).toEqual([row(2, 3, 4)])
  })

  test('the storage of steps keeps vectors', async () => {
    const storage = await DBStorage.open({ connection, name: 'vectors' })
    await storage.write([{ ids: ['a', 'b'], rows: [row(1, 0.5, 0.25), { id: 2, vector: null }] }])
    expect(await storage.rows()).toEqual([row(1, 0.5, 0.25), { id: 2, vector: null }])
    await storage.clear()
  })
})
