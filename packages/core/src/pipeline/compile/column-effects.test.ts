import { expect, test } from 'vitest'
import type { ColumnEffects } from '../../contracts/operator.js'
import type { ColumnSet } from '../../contracts/row.js'
import { applyEffects, missingColumns } from './column-effects.js'

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

test('nothing is known about the columns after an opaque step', () => {
  for (const set of [before, open])
    expect(applyEffects(set, { opaque: true, adds: { x: 'number' } })).toEqual({ columns: {}, open: true })
})

test('columns that lack are those that are surely not there', () => {
  expect(missingColumns(['a', 'x', 'toString'], before)).toEqual(['x', 'toString'])
  expect(missingColumns(['a', 'x'], open)).toEqual([])
})
