import type { MaestroError, Row } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { encoderOf } from '../dialects/sqlite/encode.js'
import { sqliteColumn } from '../dialects/sqlite/kinds.js'
import type { TableDescription } from '../tables/table-description.js'
import { RowShapes } from './row-shapes.js'

const columns = ['INTEGER', 'TEXT'].map((type, at) => ({
  name: at === 0 ? 'id' : 'text',
  type: '',
  nullable: true,
  optional: false,
  generated: false,
  ...sqliteColumn(type, false),
}))
const table: TableDescription = { kind: 'table', columns, primaryKey: [], uniques: [], attached: [] }

function encoded(rows: readonly Row[]) {
  const refused = new Map<string, MaestroError>()
  const shapes = new RowShapes({ encoderOf, lineOf: undefined }, 'texts', table, undefined)
  const parts = shapes.encode({ ids: rows.map((_, at) => `row ${at}`), rows }, refused)
  return {
    parts: parts.map((part) => ({ columns: part.columns, values: part.rows().map(({ values }) => values) })),
    refused: [...refused].map(([id, error]) => [id, error.message]),
  }
}

test('rows with the same columns in the same order are one part, whatever their prototype', () => {
  const rows = [{ id: 1, text: 'a' }, { id: 2, text: null }, Object.assign(Object.create(null), { id: 3, text: 'c' })]
  const values = [
    [1, 'a'],
    [2, null],
    [3, 'c'],
  ]
  expect(encoded(rows)).toEqual({ parts: [{ columns: ['id', 'text'], values }], refused: [] })
})

test('a row has no value for a column that is undefined, inherited, or missing, and keeps its own order', () => {
  const inherited: Row = Object.assign(Object.create({ text: 'inherited' }), { id: 3 })
  const rows = [{ id: 1, text: 'a' }, { id: 2, text: undefined }, inherited, { text: 'd', id: 4 }, { id: 5 }]
  expect(encoded(rows).parts).toEqual([
    { columns: ['id', 'text'], values: [[1, 'a']] },
    { columns: ['id'], values: [[2], [3]] },
    { columns: ['text', 'id'], values: [['d', 4]] },
    { columns: ['id'], values: [[5]] },
  ])
})

test('a row that does not fit, or has a column that the table lacks, is refused alone with the name of the column', () => {
  const rows = [
    { id: 1, text: 'a' },
    { id: 'x', text: 'b' },
    { id: 3, text: 'c', further: 1 },
    { id: 4, text: 'd' },
  ]
  const { parts, refused } = encoded(rows)
  expect(parts.flatMap(({ values }) => values)).toEqual([
    [1, 'a'],
    [4, 'd'],
  ])
  expect(refused).toEqual([
    ['row 1', expect.stringContaining('column "id"')],
    ['row 2', expect.stringContaining('"further"')],
  ])
})
