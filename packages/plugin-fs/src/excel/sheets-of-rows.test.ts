import { encodeStepLine, type Row } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { temporaryProject } from '../__fixtures__/temporary-project.js'
import { sheetsOf } from './sheets-of-rows.js'

const { path, write } = temporaryProject()

async function namesOf(rows: readonly Row[], sheetBy?: string): Promise<readonly string[]> {
  write('spool', rows.map((row, index) => `${encodeStepLine(String(index), row)}\n`).join(''))
  return (await sheetsOf(path('spool'), 'Rows', sheetBy, 2)).map(({ name }) => name)
}

test('rows that exceed a sheet go on in one whose name no other sheet has', async () => {
  expect(await namesOf([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }, { a: 5 }])).toEqual(['Rows', 'Rows 2', 'Rows 3'])
  const kinds = ['A', 'a', 'a', 'A', 'a', 'a 2', 'A 3', 'b']
  expect(
    await namesOf(
      kinds.map((kind) => ({ kind })),
      'kind',
    ),
  ).toEqual(['A', 'A 4', 'A 5', 'a 2', 'A 3', 'b'])
})

test('a long name keeps whole characters when it gets a number', async () => {
  const name = `${'x'.repeat(28)}😀y`
  expect(await namesOf([{ name }, { name }, { name }], 'name')).toEqual([name, `${'x'.repeat(28)} 2`])
})
