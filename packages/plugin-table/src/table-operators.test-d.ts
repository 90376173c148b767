import { pipeline } from '@maestro-dataflow/core'
import { describe, expectTypeOf, test } from 'vitest'
import type {} from './registered.js'

const sales = pipeline('sales').from([{ city: 'Oslo', amount: 1, day: '2026-01-01' }])

describe('the table operators know the columns', () => {
  test('filter, sort, limit, sample and dedupe keep the row', () => {
    const same = sales
      .step('table.filter', { where: 'amount > $least', params: { least: 1 } })
      .step('table.sort', { by: ['city', { column: 'amount', descending: true }] })
      .step('table.dedupe', { by: ['city'] })
      .step('table.sample', { count: 3, seed: 1 })
      .step('table.limit', { count: 3 })
    expectTypeOf(same.row).toEqualTypeOf<{ city: string; amount: number; day: string }>()
  })

  test('columns that are not there do not compile', () => {
    // @ts-expect-error there is no column "town"
    sales.step('table.sort', { by: 'town' })
    // @ts-expect-error there is no column "town"
    sales.step('table.dedupe', { by: ['town'] })
    // @ts-expect-error there is no column "town"
    sales.step('table.aggregate', { by: ['town'], values: {} })
    // @ts-expect-error there is no column "town"
    sales.step('table.select', { columns: ['town'] })
    // @ts-expect-error there is no column "town"
    sales.step('table.rename', { columns: { town: 'place' } })
    // @ts-expect-error there is no such type
    sales.step('table.cast', { columns: { day: 'datum' } })
    // @ts-expect-error there is no such option
    sales.step('table.filter', { were: 'amount > 1' })
  })

  test('select, drop, rename and cast change the row', () => {
    expectTypeOf(sales.step('table.select', { columns: ['city'] }).row).toEqualTypeOf<{ city: string }>()
    expectTypeOf(sales.step('table.drop', { columns: ['city', 'day'] }).row).toEqualTypeOf<{ amount: number }>()
    expectTypeOf(sales.step('table.rename', { columns: { city: 'town' } }).row).toEqualTypeOf<{
      town: string
      amount: number
      day: string
    }>()
    expectTypeOf(sales.step('table.cast', { columns: { day: 'date' } }).row.day).toEqualTypeOf<Date | null>()
  })

  test('an aggregate has its keys and values', () => {
    const grouped = sales.step('table.aggregate', { by: ['city'], values: { n: 'count(*)', last: 'max(day)' } })
    expectTypeOf(grouped.row).toEqualTypeOf<{ city: string; n: number; last: unknown }>()
  })

  test('a sum has the type of its column: decimals are text, and big integers may be', () => {
    const mixed = pipeline('p').from([{ n: 1, big: 1n, money: '0.10', maybe: 1 as number | null, any: 1 as unknown }])
    const values = {
      n: 'sum(n)',
      big: 'SUM(big)',
      money: 'sum(money)',
      maybe: 'sum(maybe)',
      any: 'sum(any)',
      computed: 'sum(n * 2)',
      ratio: 'sum(n) / 2',
      mean: 'avg(big)',
      median: 'median(money)',
      rows: 'count(*) filter (where n > 1)',
    } as const
    expectTypeOf(mixed.step('table.aggregate', { values }).row).toEqualTypeOf<{
      n: number
      big: number | bigint
      money: string
      maybe: number | null
      any: unknown
      computed: unknown
      ratio: unknown
      mean: number
      median: string
      rows: number
    }>()
  })

  test('explode, unpivot, split and validate name what they add', () => {
    const lists = pipeline('lists').from([{ id: 1, tags: ['a'], q1: 1, q2: 2 }])
    expectTypeOf(lists.step('table.explode', { input: 'tags', position: 'n' }).row).toEqualTypeOf<{
      id: number
      tags: string | null
      q1: number
      q2: number
      n: number | null
    }>()
    const outputs = { name: 'quarter', value: 'sales' } as const
    expectTypeOf(lists.step('table.unpivot', { columns: ['q1', 'q2'], outputs }).row).toEqualTypeOf<{
      id: number
      tags: string[]
      quarter: 'q1' | 'q2'
      sales: number | null
    }>()
    const parts = { train: 9, test: 1 }
    expectTypeOf(sales.step('table.split', { parts }).row.split).toEqualTypeOf<'train' | 'test'>()
    const valid = sales.step('table.validate', { rules: { amount: { min: 1 } }, failures: 'column' })
    expectTypeOf(valid.row.faults).toEqualTypeOf<readonly string[]>()
    // @ts-expect-error there is no column "town"
    sales.step('table.validate', { rules: { town: { min: 1 } } })
  })

  test('window adds columns whose types follow from their functions', () => {
    const values = {
      place: 'row_number()',
      before: 'lag(day)',
      total: 'sum(amount)',
      mean: 'avg(amount) over (order by day)',
      other: 'rank() || max(day)',
    } as const
    expectTypeOf(sales.step('table.window', { by: ['city'], orderBy: 'day', values }).row).toEqualTypeOf<{
      city: string
      amount: number
      day: string
      place: number
      before: string | null
      total: number
      mean: number
      other: unknown
    }>()
    // @ts-expect-error there is no column "town"
    sales.step('table.window', { orderBy: 'town', values: { n: 'row_number()' } })
  })

  test('profile has the columns of a profile', () => {
    const { row } = sales.step('table.profile', { columns: ['city'] })
    expectTypeOf(row.column).toEqualTypeOf<string>()
    expectTypeOf(row.distinct).toEqualTypeOf<number>()
    // @ts-expect-error there is no column "town"
    sales.step('table.profile', { columns: ['town'] })
  })
})
