import { expect, test } from 'vitest'
import { tableProject } from '../../__fixtures__/table-project.js'

const { fromRows, rowsOf } = tableProject()

test('the rows of the other table follow, with their own columns', async () => {
  const right = [{ id: 2n ** 60n, 城市: '上海' }, { id: '1' }]
  expect(await rowsOf(fromRows([{ id: 1 }]).step('table.union', { right }))).toEqual([{ id: 1 }, ...right])
})
