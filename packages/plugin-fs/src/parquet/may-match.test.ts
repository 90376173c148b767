import { readFileSync, writeFileSync } from 'node:fs'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { type FileMetaData, parquetMetadata, type RowGroup } from 'hyparquet'
import { beforeEach, describe, expect, test } from 'vitest'
import { failure, temporaryProject } from '../__fixtures__/temporary-project.js'
import { mayMatch } from './may-match.js'

const { path, write, rows, copy, project } = temporaryProject()

const table: readonly Row[] = Array.from({ length: 30 }, (_, n) => ({
  n,
  word: ['apple', 'banana', 'cherry'][Math.floor(n / 10)],
  share: n / 10,
  big: n >= 20 ? null : 5_000_000_000,
  list: [n],
}))

beforeEach(async () => {
  write('in.jsonl', table.map((row) => `${JSON.stringify(row)}\n`).join(''))
  await copy({ path: 'in.jsonl' }, { path: 'in.parquet', rowGroup: 10 })
})

/** Overwrites the pages of row groups, so that reading them fails. */
function breakGroups(...numbers: readonly number[]): void {
  const bytes = readFileSync(path('in.parquet'))
  const { row_groups: groups }: FileMetaData = parquetMetadata(new Uint8Array(bytes).buffer)
  for (const number of numbers)
    for (const { meta_data: data } of groups[number]?.columns ?? []) {
      const start = Number(data?.dictionary_page_offset ?? data?.data_page_offset)
      bytes.fill(0xff, start, start + Number(data?.total_compressed_size))
    }
  writeFileSync(path('in.parquet'), bytes)
}

const numbers = async (where: Readonly<Record<string, unknown>>) =>
  (await rows({ path: 'in.parquet', where })).rows.map(({ n }) => n)

describe('row groups in which no row can match are not read', () => {
  test.each<[Readonly<Record<string, unknown>>, read: number, found: readonly number[]]>([
    [{ n: 12 }, 1, [12]],
    [{ n: { min: 18, max: 19 } }, 1, [18, 19]],
    [{ n: { oneOf: [3, 5] } }, 0, [3, 5]],
    [{ word: 'banana', n: { max: 11 } }, 1, [10, 11]],
    [{ word: { min: 'cat' }, n: { not: 25 }, share: { max: 2.1 } }, 2, [20, 21]],
    [{ big: null, n: { max: 21 } }, 2, [20, 21]],
    [{ list: null }, -1, []],
    [{ n: { min: 30 } }, -1, []],
    [{ big: { min: 1 }, n: 9 }, 0, [9]],
  ])('%o', async (where, read, found) => {
    expect(await numbers(where)).toEqual(found)
    // A list has no statistics of its own.
    if ('list' in where) return
    breakGroups(...[0, 1, 2].filter((group) => group !== read))
    expect(await numbers(where)).toEqual(found)
  })

  test('and the rows of the others keep the numbers of their places', async () => {
    breakGroups(0)
    const chosen = pipeline('p').read('fs.file', { path: 'in.parquet', where: { n: { min: 28 } } })
    const { steps } = await project().preview(chosen.map((row) => row))
    expect(steps[0]?.rows.map(({ id }) => id)).toEqual(['in.parquet:29', 'in.parquet:30'])
    expect(await failure(rows({ path: 'in.parquet' }))).toMatchObject({ code: 'MAESTRO_FS_PARQUET' })
  })
})

describe('statistics prove nothing', () => {
  const group = (statistics: object, type = 'INT64') =>
    ({ columns: [{ meta_data: { path_in_schema: ['n'], type, num_values: 4n, statistics } }] }) as unknown as RowGroup
  const column = { name: 'n', type: 'integer', convert: undefined, isComparable: true } as const
  test.each<[string, object, unknown, boolean]>([
    ['without bounds', { null_count: 0n }, 5, true],
    ['about a value of another kind', { min_value: 1n, max_value: 3n }, '5', true],
    ['with a bound that is no number', { min_value: 1, max_value: Number.NaN }, 5, true],
    ['about missing values that were not counted', { min_value: 1n, max_value: 3n }, null, true],
    ['but that there is no missing value', { min_value: 1n, max_value: 3n, null_count: 0n }, null, false],
    ['but that all values are missing', { null_count: 4n }, { min: 0 }, false],
    ['about texts whose order differs', { min_value: '\uFFFD', max_value: '\uFFFD' }, '😀', true],
    ['about the other values than one', { min_value: 5n, max_value: 5n, null_count: 0n }, { not: 5 }, true],
    [
      'but a moment after the last one',
      { min_value: new Date(0), max_value: new Date(9) },
      { min: new Date(10) },
      false,
    ],
  ])('%s', (_what, statistics, condition, expected) => {
    expect(mayMatch(group(statistics), [column], { n: condition })).toBe(expected)
  })

  test('of a column whose statistics are not its values', () => {
    const decimal = { ...column, isComparable: false }
    expect(mayMatch(group({ min_value: 1n, max_value: 3n }), [decimal], { n: 5 })).toBe(true)
  })
})

test('the rows of any format are chosen by conditions on their values', async () => {
  write('in.csv', 'id,n,city\na,1,Oslo\nb,2,Bergen\nc,x,Oslo\nd,4,Oslo\n')
  const read = { path: 'in.csv', columns: { id: 'string', n: 'number', city: 'string' }, key: 'id' } as const
  const chosen = await rows({ ...read, where: { city: 'Oslo', n: { min: 1 } } })
  expect(chosen.rows.map(({ id }) => id)).toEqual(['a', 'd'])
  expect(chosen.rejects.map(([id]) => id)).toEqual(['in.csv:4'])
  expect((await rows({ path: 'in.jsonl', where: { n: { min: 29 } } })).rows).toEqual([table[29]])
})

test('a condition on a column that is not read, or of no known form, is a fault of the plan', async () => {
  const wrong = await failure(rows({ path: 'in.parquet', columns: ['n'], where: { word: 'apple' } }))
  expect(wrong).toMatchObject({ details: { errors: [{ code: 'MAESTRO_FS_WHERE_COLUMN' }] } })
  expect(await failure(rows({ path: 'in.parquet', where: { n: { above: 3 } } }))).toMatchObject({
    message: expect.stringContaining('there is no "above"'),
  })
})
