import { MaestroError } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { expect } from 'vitest'
import { chains } from './chains.js'
import { AllRefused, runReference, type TableStep } from './reference.js'
import { shown } from './shown.js'
import type { Start, valuesProject } from './starts.js'
import type { Table } from './tables.js'

type Project = ReturnType<typeof valuesProject>

/** The same cases each time, so that a change decides whether the test passes: other seeds find other cases. */
const seed = Number(process.env.VALUE_SEED ?? 1)
const runs = Number(process.env.VALUE_RUNS ?? 12)
/** Finding the smallest case that fails takes long. */
const endOnFailure = process.env.VALUE_SHRINK === undefined

export const options = () => ({ seed, numRuns: runs, endOnFailure })

/** A pipeline over rows in code refuses a column that none of them has. */
const isWhole = ({ names, rows }: Table) => names.every((name) => rows.some((row) => Object.hasOwn(row, name)))

/** Tables as a start can hold them. */
export const cases = (tables: fc.Arbitrary<Table>, start: Start): fc.Arbitrary<Table> =>
  tables.filter(isWhole).map(start.given).filter(isWhole)

/** Random chains of table steps over random tables give the rows that plain JavaScript gives. */
export async function agrees(
  project: Project,
  tables: fc.Arbitrary<Table>,
  start: Start,
  chainsOf: (table: Table) => fc.Arbitrary<readonly TableStep[]> = chains,
): Promise<void> {
  const chained = cases(tables, start).chain((table) => fc.tuple(fc.constant(table), chainsOf(table)))
  await fc.assert(
    fc.asyncProperty(chained, async ([table, steps]) => {
      const expected = expectedRows(table, steps)
      const chain = `${fc.stringify(steps.map(({ use, options }) => ({ use, options })))} over ${fc.stringify(table)}`
      expect(
        await run(project, start, table, steps).catch((error) => expect.fail(`${error} after ${chain}`)),
        chain,
      ).toEqual(expected)
    }),
    options(),
  )
}

const allRefused = 'all rows were refused'

function expectedRows(table: Table, steps: readonly TableStep[]) {
  try {
    return shown(runReference(table.rows, steps))
  } catch (error) {
    if (error instanceof AllRefused) return allRefused
    throw error
  }
}

async function run(project: Project, start: Start, table: Table, steps: readonly TableStep[]) {
  try {
    return shown(await project.run(await start.build(table), steps))
  } catch (error) {
    if (MaestroError.is(error) && error.code === 'MAESTRO_RUN_ALL_FAILED') return allRefused
    throw error
  }
}
