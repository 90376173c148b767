import fc from 'fast-check'
import { expect } from 'vitest'
import { runReference, shown } from './reference.js'
import type { valuesProject } from './starts.js'
import { chains, type Table } from './tables.js'

type Project = ReturnType<typeof valuesProject>
export type Start = Project['ofRows']['rows in code']

/** The same cases each time, so that a change decides whether the test passes: other seeds find other cases. */
const seed = Number(process.env.VALUE_SEED ?? 1)
const runs = Number(process.env.VALUE_RUNS ?? 12)

/** A pipeline over rows in code refuses a column that none of them has. */
const isWhole = ({ names, rows }: Table) => names.every((name) => rows.some((row) => Object.hasOwn(row, name)))

/** Random chains of table steps over random tables give the rows that plain JavaScript gives. */
export async function agrees(project: Project, tables: fc.Arbitrary<Table>, start: Start): Promise<void> {
  const cases = tables.filter(isWhole).chain((table) => fc.tuple(fc.constant(table), chains(table)))
  await fc.assert(
    fc.asyncProperty(cases, async ([table, steps]) => {
      const expected = shown(runReference(table.rows, steps))
      expect(shown(await project.run(await start(table), steps))).toEqual(expected)
    }),
    { seed, numRuns: runs },
  )
}
