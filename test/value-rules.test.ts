import { afterAll, describe, expect, test } from 'vitest'
import { agrees } from './values/agrees.js'
import { largeChains, largeTable } from './values/large-table.js'
import { profilesAlike } from './values/profile.js'
import { runReference } from './values/reference.js'
import { shown } from './values/shown.js'
import { splitsAlike } from './values/split-step.js'
import { joinChains } from './values/sql-steps.js'
import { type Start, valuesProject } from './values/starts.js'
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

test.each(Object.entries({ ...ofRows, ...ofText, ...ofTypes, ...ofFiles, 'a table of SQLite': sqlite }))(
  'joins in SQL, from %s',
  (_, start) => agrees(project, typedTables, start, joinChains),
)

const fewStarts = {
  ...{ 'rows in code': ofRows['rows in code'], 'lines of text': ofText['lines of text'] },
  ...{ 'typed CSV': ofTypes['typed CSV'], 'a table of SQLite': sqlite },
}

test.each(Object.entries(fewStarts))('rows with equal keys are in one part, from %s', (_, start) =>
  splitsAlike(project, typedTables, start as Start),
)

test.each(Object.entries(fewStarts))('profiles of columns, from %s', (_, start) =>
  profilesAlike(project, typedTables, start as Start),
)

test('profiles and parts of any values', async () => {
  await profilesAlike(project, anyTables, ofRows['rows in code'] as Start)
  await splitsAlike(project, anyTables, ofRows['a step file'] as Start)
})

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
