import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyValue } from '../__fixtures__/any-value.js'
import { columnTypes } from '../__fixtures__/column-types.js'
import { databases, rejectsOf, temporaryDatabase } from '../__fixtures__/databases.js'
import { isSameValue } from '../__fixtures__/same-value.js'

/** The same cases each time, so that a change decides whether the test passes: other seeds find other cases. */
const seed = Number(process.env.VALUE_SEED ?? 1)
const runs = Number(process.env.VALUE_RUNS ?? 1)

describe.each(databases)('%s', (name) => {
  const { sql, read, write, newTable } = temporaryDatabase(name)

  test.each(columnTypes[name])('%s: a value comes back as it was, or its row is refused', async (type) => {
    if (name === 'postgres')
      await sql(`DO $$ BEGIN CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN short AS varchar(5);
        CREATE DOMAIN amount AS numeric(10, 2); CREATE DOMAIN cents AS amount; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
    await fc.assert(
      fc.asyncProperty(fc.array(anyValue, { minLength: 60, maxLength: 60 }), async (some) => {
        // A run that rejects every row fails; null fits every column.
        const values = [...some, null]
        const table = newTable()
        await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, v ${type})`)
        // Most values do not fit a column of one type.
        const run = { maxRejects: '100%', failFast: values.length + 1 } as const
        const report = await write(new Set(values.map((v, id) => ({ id, v }))), { table, mode: 'append' }, { run })
        const back = await read({ table }, { run })
        expect(rejectsOf(report).length + back.rows.length + back.report.counts.rejected).toBe(values.length)
        const changed = back.rows.filter(({ id, v }) => !isSameValue(values[Number(id)], v, type))
        expect(changed.map(({ id, v }) => ({ written: values[Number(id)], read: v }))).toEqual([])
      }),
      { seed, numRuns: runs, endOnFailure: true },
    )
  })
})
