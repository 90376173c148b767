import { afterAll, describe, expect, test } from 'vitest'
import { agrees } from './values/agrees.js'
import { largeChains, largeTable } from './values/large-table.js'
import { runReference } from './values/reference.js'
import { shown } from './values/shown.js'
import { valuesProject } from './values/starts.js'
import { anyTables, typedTables } from './values/tables.js'

/*
 * The same chain of table steps gives the same rows whatever its start, and the same as plain JavaScript.
 */

const project = valuesProject()
afterAll(() => project.dispose())

const { ofRows, ofText, ofTypes, ofFiles, ofDatabase } = project

test.each(Object.entries({ ...ofRows, ...ofText }))('any values, from %s', (_, start) =>
  agrees(project, anyTables, start),
)

const sqlite = ofDatabase({ client: 'sqlite', path: 'rows.db' })

test.each(Object.entries({ ...ofRows, ...ofText, ...ofTypes, ...ofFiles, 'a table of SQLite': sqlite }))(
  'typed columns, from %s',
  (_, start) => agrees(project, typedTables, start),
)

const largeStarts = [
  ['lines of text', ofText['lines of text']],
  ['typed CSV', ofTypes['typed CSV']],
  ['a step file', ofRows['a step file']],
] as const

describe.each(largeStarts)('more rows than the engine takes at once, from %s', (_, start) => {
  test.each(Object.entries(largeChains))('%s', async (_, steps) => {
    if (start === undefined) throw new Error('the start is not there')
    const table = start.given(largeTable)
    const expected = shown(runReference(table.rows, steps))
    const found = shown(await project.run(await start.build(table), steps))
    // The place alone: the lists are too long to be shown.
    expect(found.findIndex((row, index) => row !== expected[index])).toBe(-1)
    expect(found).toHaveLength(expected.length)
  })
})
