import { expect, test } from 'vitest'
import { temporaryProject } from './__fixtures__/temporary-project.js'

const { write, read, copy, rows } = temporaryProject()
const width = 10_000
const names = Array.from({ length: width }, (_, index) => `column ${index}`)
const cells = (record: number) => names.map((_, index) => String(record * width + index))
const text = `${[names, cells(0), cells(1)].map((record) => record.join(',')).join('\n')}\n`

test('a table of 10,000 columns comes back as it was, and each cell stands in its column', async () => {
  write('in.csv', text)
  await copy({ path: 'in.csv' }, { path: 'out.csv' })
  expect(read('out.csv')).toBe(text)
})

test('the types of 10,000 columns are inferred, and a record with one cell more is rejected alone', async () => {
  write('in.csv', `${text}${cells(2).join(',')},1\n`)
  const found = await rows({ path: 'in.csv', columns: 'infer' })
  expect(found.rows.map((row) => Object.values(row))).toEqual([0, 1].map((record) => cells(record).map(Number)))
  expect(found.rejects).toEqual([['in.csv:4', expect.stringContaining('10001')]])
})
