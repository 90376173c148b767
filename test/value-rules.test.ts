import { afterAll, describe, expect, test } from 'vitest'
import { agrees, type Start } from './values/agrees.js'
import { largeChains, largeTable } from './values/large-table.js'
import { runReference, shown } from './values/reference.js'
import { valuesProject } from './values/starts.js'
import { anyTables, jsonTables, typedTables } from './values/tables.js'

/*
 * The same chain of table steps gives the same rows whatever its start, and the same as plain JavaScript.
 */

const project = valuesProject()
afterAll(() => project.dispose())

const { ofRows, ofText, ofTypes, ofDatabase } = project

/** JSON alone has no dates. */
const isTyped = (start: Start) => !Object.values(ofText).includes(start as never)

test.each(Object.entries(ofRows))('anything, from %s', (_, start) => agrees(project, anyTables, start))

test.each(Object.entries({ ...ofRows, ...ofText }))('what JSON holds, from %s', (_, start) =>
  agrees(project, jsonTables, start),
)

test.each(
  Object.entries({ ...ofTypes, ...ofText, 'a table of SQLite': ofDatabase({ client: 'sqlite', path: 'rows.db' }) }),
)('typed columns, from %s', (_, start) =>
  agrees(
    project,
    typedTables.filter(({ types = {} }) => isTyped(start) || !Object.values(types).includes('date')),
    start,
  ),
)

const largeStarts = [
  ['lines of text', ofText['lines of text']],
  ['typed lines of text', ofTypes['typed lines of text']],
  ['a step file', ofRows['a step file']],
] as const

describe.each(largeStarts)('more rows than the engine takes at once, from %s', (_, start) => {
  test.each(Object.entries(largeChains))('%s', async (_, steps) => {
    const expected = shown(runReference(largeTable.rows, steps))
    const found = shown(await project.run(await start(largeTable), steps))
    // The place alone: the lists are too long to be shown.
    expect(found.findIndex((row, index) => row !== expected[index])).toBe(-1)
    expect(found).toHaveLength(expected.length)
  })
})
