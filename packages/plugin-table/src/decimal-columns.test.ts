import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { expect, test } from 'vitest'
import table from './index.js'

// The texts of a decimal column are numbers, also in steps that JavaScript runs.

const project = maestro({ plugins: [table], logLevel: 'silent', run: { maxRejects: '100%' } })
const prices = (texts: readonly (string | null)[]) =>
  pipeline('p').from(
    texts.map((price, id) => ({ id, price })),
    { columns: { id: 'integer', price: 'decimal' } },
  )
const rowsOf = (built: { readonly step: unknown }): Promise<Row[]> => Array.fromAsync(project.rows(built as never))

test('a join finds equal numbers, whatever their digits', async () => {
  const right = [
    { price: '1.5', v: 'text' },
    { price: 2, v: 'number' },
  ]
  const joined = prices(['1.50', '2.00', '3']).step('table.join', { right, by: ['price'], how: 'left' })
  expect(await rowsOf(joined)).toEqual([
    { id: 0, price: '1.50', right_v: 'text' },
    { id: 1, price: '2.00', right_v: 'number' },
    { id: 2, price: '3', right_v: null },
  ])
})

test('the nearest number is found by its value, not by its first digit', async () => {
  const right = ['9', '10', '100'].map((price) => ({ k: 1, price, v: `from ${price}` }))
  const joined = prices(['50', '9.5'])
    .step('table.window', { values: { k: 'min(1)' } })
    .step('table.join', { right, by: ['k'], asOf: 'price', how: 'left' })
  expect((await rowsOf(joined)).map((row) => row.right_v)).toEqual(['from 10', 'from 9'])
})

test('missing values are filled from decimal numbers, by groups of equal ones', async () => {
  const filled = (texts: readonly (string | null)[], method: 'mean' | 'mode') =>
    rowsOf(prices(texts).step('table.fill-missing', { columns: { price: method } }))
  expect((await filled(['1.50', '2.5', null], 'mean')).at(-1)).toEqual({ id: 2, price: '2' })
  expect((await filled(['7', '1.50', '1.5', null], 'mode')).at(-1)).toEqual({ id: 3, price: '1.50' })
})

test('outliers are found among decimal numbers', async () => {
  const marked = prices(['1.1', '1.2', '1.3', '1.4', '90.00', null]).step('table.outliers', { input: 'price' })
  expect((await rowsOf(marked)).map((row) => row.outlier)).toEqual([false, false, false, false, true, null])
})

test('rules compare decimal numbers with numbers and with texts', async () => {
  const rules = { price: { min: 1.5, max: '10' } }
  const kept = prices(['1.50', '9', '10.0', '1.49', '11']).step('table.validate', { rules })
  expect((await rowsOf(kept)).map((row) => row.price)).toEqual(['1.50', '9', '10.0'])
  const listed = prices(['1.50', '2']).step('table.validate', { rules: { price: { oneOf: [1.5] } } })
  expect(await rowsOf(listed)).toEqual([{ id: 0, price: '1.50' }])
})

test('equal decimal numbers get into the same part', async () => {
  const texts = ['1', '1.0', '1.00', '+1', '1e0']
  const split = prices(texts).step('table.split', { by: ['price'], parts: { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 } })
  expect(new Set((await rowsOf(split)).map((row) => row.split)).size).toBe(1)
})
