import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { runReference, shown } from './values/reference.js'
import { valuesProject } from './values/starts.js'
import { anyTables, chains, jsonTables, type Table, typedTables } from './values/tables.js'

/*
 * The same chain of table steps gives the same rows whatever its start, and the same as plain JavaScript.
 */

const project = valuesProject()
afterAll(() => project.dispose())

const { ofRows, ofText, ofTypes, ofDatabase } = project
type Start = (table: Table) => ReturnType<(typeof ofRows)['rows in code']>

const runs = Number(process.env.VALUE_RUNS ?? 12)

/** JSON alone has no dates. */
const isTyped = (start: Start) => !Object.values(ofText).includes(start as never)

/** A pipeline over rows in code refuses a column that none of them has. */
const isWhole = ({ names, rows }: Table) => names.every((name) => rows.some((row) => Object.hasOwn(row, name)))

async function agrees(tables: fc.Arbitrary<Table>, start: Start): Promise<void> {
  const cases = tables.filter(isWhole).chain((table) => fc.tuple(fc.constant(table), chains(table)))
  await fc.assert(
    fc.asyncProperty(cases, async ([table, steps]) => {
      const expected = shown(runReference(table.rows, steps))
      expect(shown(await project.run(await start(table), steps))).toEqual(expected)
    }),
    { numRuns: runs },
  )
}

test.each(Object.entries(ofRows))('anything, from %s', (_, start) => agrees(anyTables, start))

test.each(Object.entries({ ...ofRows, ...ofText }))('what JSON holds, from %s', (_, start) => agrees(jsonTables, start))

test.each(
  Object.entries({ ...ofTypes, ...ofText, 'a table of SQLite': ofDatabase({ client: 'sqlite', path: 'rows.db' }) }),
)('typed columns, from %s', (_, start) =>
  agrees(
    typedTables.filter(({ types = {} }) => isTyped(start) || !Object.values(types).includes('date')),
    start,
  ),
)
