import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ColumnEffects } from '../../contracts/operator.js'
import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import type { ColumnSet, Row } from '../../contracts/row.js'
import { defineOperator } from '../../define/define-operator.js'
import { applyEffects, columnEffects, missingColumns } from './column-effects.js'

const before: ColumnSet = { columns: { a: 'number', b: 'string', c: 'json' }, open: false }
const open: ColumnSet = { ...before, open: true }

test.each<[string, ColumnEffects, ColumnSet['columns']]>([
  ['nothing', {}, before.columns],
  ['reading', { reads: ['a'] }, before.columns],
  ['adding', { adds: { d: 'date' } }, { ...before.columns, d: 'date' }],
  ['writing over one', { adds: { a: 'string' } }, { ...before.columns, a: 'string' }],
  ['dropping', { drops: ['b'] }, { a: 'number', c: 'json' }],
  ['dropping and adding the same', { drops: ['b'], adds: { b: 'bytes' } }, { a: 'number', c: 'json', b: 'bytes' }],
  ['keeping', { keeps: ['c', 'a'] }, { c: 'json', a: 'number' }],
  ['keeping one of which nothing is known', { keeps: ['x'] }, { x: 'unknown' }],
  ['keeping none and adding', { keeps: [], adds: { n: 'number' } }, { n: 'number' }],
  ['renaming', { renames: { a: 'x' } }, { x: 'number', b: 'string', c: 'json' }],
  [
    'renaming one to the name of a property of all objects',
    { renames: { a: 'constructor' } },
    Object.fromEntries([
      ['constructor', 'number'],
      ['b', 'string'],
      ['c', 'json'],
    ]),
  ],
])('columns after %s', (_what, effects, columns) => {
  const after = applyEffects(before, effects)
  expect(after).toEqual({ columns, open: false })
  expect(Object.keys(after.columns)).toEqual(Object.keys(columns))
  expect(applyEffects(open, effects).open).toBe(effects.keeps === undefined)
})

test('of what is opaque nothing is known', () => {
  for (const set of [before, open])
    expect(applyEffects(set, { opaque: true, adds: { x: 'number' } })).toEqual({ columns: {}, open: true })
})

test('columns that lack are those that are surely not there', () => {
  expect(missingColumns(['a', 'x', 'toString'], before)).toEqual(['x', 'toString'])
  expect(missingColumns(['a', 'x'], open)).toEqual([])
})

describe('what a definition declares', () => {
  const of = (parts: Partial<OperatorDefinition>, options: object = {}) =>
    columnEffects(
      defineOperator({ name: 'x', kind: 'map', options: z.any(), create: () => (row: Row) => row, ...parts } as never),
      options,
      before,
    )

  test('is said by the names of options that hold columns, one or several', () => {
    const columns = { reads: ['input', 'more', 'not'], adds: { output: 'string', many: 'number' }, drops: ['gone'] }
    const options = { input: 'a', more: ['b', 7, 'c'], not: undefined, output: 'o', many: ['m', 'n'], gone: ['a'] }
    expect(of({ columns }, options)).toEqual({
      reads: ['a', 'b', 'c'],
      adds: { o: 'string', m: 'number', n: 'number' },
      drops: ['a'],
    })
    expect(of({ columns: {} }, options)).toEqual({ reads: [], adds: {}, drops: [] })
  })

  test('or by a function of the options and the columns that come in', () => {
    const columns = (options: { prefix: string }, { columns: given }: ColumnSet) => ({
      renames: Object.fromEntries(Object.keys(given).map((name) => [name, options.prefix + name])),
    })
    expect(of({ columns }, { prefix: 'x_' })).toEqual({ renames: { a: 'x_a', b: 'x_b', c: 'x_c' } })
  })

  test('a filter that says nothing leaves the columns, others make them unknown', () => {
    expect(of({ kind: 'filter' })).toEqual({})
    expect(of({ kind: 'map' })).toEqual({ opaque: true })
  })
})
