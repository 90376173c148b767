import { MaestroError, type Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyValue } from '../__fixtures__/any-value.js'
import { columnTypes } from '../__fixtures__/column-types.js'
import { databases, rejectsOf, temporaryDatabase } from '../__fixtures__/databases.js'
import { isSameValue } from '../__fixtures__/same-value.js'

/* Rows that replace others hold what was written, or are refused, whatever the type of the column, and of the key. */

const seed = Number(process.env.VALUE_SEED ?? 1)
const count = 40

describe.each(databases)('%s', (name) => {
  const { sql, read, write, newTable } = temporaryDatabase(name)
  // Most values do not fit a column of one type.
  const run = { maxRejects: '100%', failFast: 1000 } as const

  /** Writes rows with these values. @returns the places of those that the table took */
  async function taken(
    values: readonly unknown[],
    rows: readonly Row[],
    options: object,
  ): Promise<ReadonlySet<number>> {
    try {
      const report = await write(new Set(rows), options as never, { run })
      const refused = new Set(rejectsOf(report).map(({ id }) => Number(id.split(':')[1]) - 1))
      return new Set([...values.keys()].filter((index) => !refused.has(index)))
    } catch (error) {
      if (MaestroError.is(error) && error.code === 'MAESTRO_RUN_ALL_FAILED') return new Set()
      throw error
    }
  }

  const types = async () => {
    if (name === 'postgres')
      await sql(`DO $$ BEGIN CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN short AS varchar(5);
        CREATE DOMAIN amount AS numeric(10, 2); CREATE DOMAIN cents AS amount; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
  }

  test.each(columnTypes[name])('%s beside the key: the last value that was taken is there', async (type) => {
    await types()
    const before = [...fc.sample(anyValue, { seed, numRuns: count }), null]
    const after = [...fc.sample(anyValue, { seed: seed + 1, numRuns: count }), null]
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, v ${type})`)
    const rowsOf = (values: readonly unknown[]) => values.map((v, id) => ({ id, v }))
    const first = await taken(before, rowsOf(before), { table, mode: 'append' })
    const second = await taken(after, rowsOf(after), { table, mode: 'upsert', key: 'id' })
    const { rows, report } = await read({ table }, { run })
    expect(rows.length + report.counts.rejected).toBe(new Set([...first, ...second]).size)
    const changed = rows.flatMap(({ id, v }) => {
      const { [Number(id)]: written } = second.has(Number(id)) ? after : before
      return isSameValue(written, v, type) ? [] : [{ written, read: v }]
    })
    expect(changed).toEqual([])
  })

  test.each(columnTypes[name])('%s as the key: the same rows again change nothing but the values', async (type) => {
    await types()
    // NULL is equal to no key, not even to itself: such a row is refused.
    const values = [...fc.sample(anyValue, { seed: seed + 2, numRuns: count }), null]
    const table = newTable()
    try {
      await sql(`CREATE TABLE ${table} (v ${type} PRIMARY KEY, n INTEGER)`)
    } catch {
      // The database has no keys of this type.
      return
    }
    const rowsOf = (start: number) => values.map((v, index) => ({ v, n: start + index }))
    const upsert = { table, mode: 'upsert', key: 'v' }
    const first = await taken(values, rowsOf(0), upsert)
    const made = await sql(`SELECT count(*) AS n FROM ${table}`)
    const second = await taken(values, rowsOf(1000), upsert)
    expect(second).toEqual(first)
    expect(await sql(`SELECT count(*) AS n FROM ${table}`)).toEqual(made)
    const { rows } = await read({ table }, { run })
    expect(rows.filter(({ n }) => Number(n) < 1000)).toEqual([])
    expect(rows.filter(({ v }) => !values.some((written) => isSameValue(written, v, type)))).toEqual([])
  })
})
