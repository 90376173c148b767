import assert from 'node:assert/strict'
import type { TableStatement } from '@maestro-dataflow/core'
import { assertCounts, run, sampleRows, type TableEngineSubject } from './table-engine-subject.js'

/** The rules for what each statement makes of rows. */
export const tableStatementCases = {
  async 'a filter keeps the rows for which its expression is true'(subject: TableEngineSubject) {
    const { ids, counts } = await run(subject, sampleRows, [{ kind: 'filter', where: 'n > 1' }])
    assert.deepEqual(ids, ['r1', 'r4'])
    assertCounts(counts, { rowsIn: 5, rowsOut: 2, dropped: 3 })
  },

  async 'a sort orders rows, and keeps the order of equal ones'(subject: TableEngineSubject) {
    const order = async (by: object) =>
      (await run(subject, sampleRows, [{ kind: 'sort', by: [{ column: 'n', ...by }] }])).ids
    assert.deepEqual(await order({}), ['r2', 'r5', 'r4', 'r1', 'r3'])
    assert.deepEqual(await order({ descending: true }), ['r1', 'r4', 'r2', 'r5', 'r3'], 'descending')
    assert.deepEqual(await order({ nulls: 'first' }), ['r3', 'r2', 'r5', 'r4', 'r1'], 'rows without a value first')
  },

  async 'a limit takes rows from a place on'(subject: TableEngineSubject) {
    const { ids, counts } = await run(subject, sampleRows, [{ kind: 'limit', count: 2, offset: 1 }])
    assert.deepEqual(ids, ['r2', 'r3'])
    assertCounts(counts, { rowsIn: 5, rowsOut: 2, dropped: 3 })
  },

  async 'a sample has its size, and is the same for the same seed'(subject: TableEngineSubject) {
    const many = Array.from({ length: 50 }, (_, n) => ({ n, text: `row ${n}`, kind: 'x' }))
    const sample = (seed: number) => run(subject, many, [{ kind: 'sample', seed, count: 7 }])
    const first = await sample(1)
    assert.equal(first.ids.length, 7)
    assert.deepEqual(await sample(1).then(({ ids }) => ids), first.ids, 'the same seed')
    const others = await Promise.all([2, 3, 4].map(sample))
    assert.ok(
      others.some(({ ids }) => ids.join() !== first.ids.join()),
      'every seed gives the same sample',
    )
    assertCounts(first.counts, { rowsIn: 50, rowsOut: 7, dropped: 43 })
  },

  async 'duplicates are merged into the first or the last row'(subject: TableEngineSubject) {
    const keep = (which: 'first' | 'last') => run(subject, sampleRows, [{ kind: 'dedupe', by: ['n'], keep: which }])
    const first = await keep('first')
    assert.deepEqual(first.ids.toSorted(), ['r1', 'r2', 'r3', 'r4'])
    assert.deepEqual((await keep('last')).ids.toSorted(), ['r1', 'r3', 'r4', 'r5'])
    assertCounts(first.counts, { rowsIn: 5, rowsOut: 4, merged: 1 })
  },

  async 'an aggregate makes one row of each group'(subject: TableEngineSubject) {
    const statement: TableStatement = { kind: 'aggregate', by: ['kind'], values: { count: 'count(*)' } }
    const { rows: groups, ids, counts } = await run(subject, sampleRows, [statement])
    const byKind = Object.fromEntries(groups.map(({ kind, count }) => [String(kind), Number(count)]))
    assert.deepEqual(byKind, { x: 3, y: 2 })
    assert.equal(new Set(ids).size, 2, 'two groups have one id')
    assert.deepEqual(
      (await run(subject, sampleRows, [statement])).ids.toSorted(),
      ids.toSorted(),
      'the ids of groups differ from run to run',
    )
    assertCounts(counts, { rowsIn: 5, rowsOut: 2, merged: 5, created: 2 })
  },

  async 'a sort by several columns orders equal rows by the next one'(subject: TableEngineSubject) {
    const by = [
      { column: 'kind', descending: true },
      { column: 'n', nulls: 'first' as const },
    ]
    assert.deepEqual((await run(subject, sampleRows, [{ kind: 'sort', by }])).ids, ['r2', 'r4', 'r3', 'r5', 'r1'])
  },

  async 'texts are ordered by code points, and numbers by value'(subject: TableEngineSubject) {
    const texts = ['a b', '\uFFFD', '10', 'B', 'é', '😀', '9', 'a', '漢']
    const given = texts.map((text, index) => ({ n: [10, 9, -1, 2, 100, 0, 3, 1, 20][index], text }))
    const order = async (column: string) =>
      (await run(subject, given, [{ kind: 'sort', by: [{ column }] }])).rows.map((row) => row[column])
    assert.deepEqual(await order('text'), ['10', '9', 'B', 'a', 'a b', 'é', '漢', '\uFFFD', '😀'])
    assert.deepEqual(await order('n'), [-1, 0, 1, 2, 3, 9, 10, 20, 100])
  },

  async 'a duplicate has equal values in all of its columns, and a missing value equals null'(
    subject: TableEngineSubject,
  ) {
    const given = [{ n: 1, text: 'a' }, { n: 1, text: 'b' }, { n: 1, text: 'a' }, { n: null, text: 'a' }, { text: 'a' }]
    const { ids, counts } = await run(subject, given, [{ kind: 'dedupe', by: ['n', 'text'], keep: 'first' }])
    assert.deepEqual(ids.toSorted(), ['r1', 'r2', 'r4'])
    assertCounts(counts, { rowsIn: 5, rowsOut: 3, merged: 2 })
    const joined = [{ text: 'a,b', kind: 'c' }, { text: 'a', kind: 'b,c' }, { text: 'null' }, { text: null }]
    const apart = await run(subject, joined, [{ kind: 'dedupe', by: ['text', 'kind'], keep: 'first' }])
    assert.equal(apart.ids.length, 4, 'rows count as duplicates whose values differ')
  },

  async 'a group has equal values in all of its columns, and no columns are one group'(subject: TableEngineSubject) {
    const values = { count: 'count(*)', total: 'sum(n)' }
    const groups = await run(subject, sampleRows, [{ kind: 'aggregate', by: ['kind', 'n'], values }])
    const found = groups.rows.map(({ kind, n, count }) => `${kind} ${n ?? null} ${Number(count)}`)
    assert.deepEqual(found.toSorted(), ['x 1 1', 'x 3 1', 'x null 1', 'y 1 1', 'y 2 1'])
    assert.equal(new Set(groups.ids).size, 5, 'two groups have one id')
    const { rows: one, counts } = await run(subject, sampleRows, [{ kind: 'aggregate', by: [], values }])
    assert.deepEqual(
      one.map(({ count, total }) => [Number(count), Number(total)]),
      [[5, 7]],
    )
    assertCounts(counts, { rowsIn: 5, rowsOut: 1, merged: 5, created: 1 })
  },

  async 'a sample takes a share of all rows, or as many from each group'(subject: TableEngineSubject) {
    const many = Array.from({ length: 400 }, (_, n) => ({ n, text: `row ${n}`, kind: n % 4 === 0 ? 'x' : 'y' }))
    const half = await run(subject, many, [{ kind: 'sample', seed: 5, fraction: 0.5 }])
    assert.ok(half.ids.length > 100 && half.ids.length < 300, `half of 400 rows are ${half.ids.length} rows`)
    const each = await run(subject, many, [{ kind: 'sample', seed: 5, count: 3, by: ['kind'] }])
    const kinds = Map.groupBy(each.rows, ({ kind }) => kind)
    assert.deepEqual([kinds.get('x')?.length, kinds.get('y')?.length], [3, 3])
    const ordered = each.ids.toSorted((one, other) => Number(one.slice(1)) - Number(other.slice(1)))
    assert.deepEqual(each.ids, ordered, 'it changes the order of the rows')
  },

  async 'a window adds columns, and rows, ids, and order stay'(subject: TableEngineSubject) {
    const window: TableStatement = {
      kind: 'window',
      by: ['kind'],
      orderBy: [{ column: 'n' }],
      values: { place: 'row_number()', total: 'sum(n)' },
    }
    const { ids, rows: out, counts } = await run(subject, sampleRows, [window])
    assert.deepEqual(ids, ['r1', 'r2', 'r3', 'r4', 'r5'])
    assert.deepEqual(
      out.map(({ place, total }) => [Number(place), Number(total)]),
      [
        [2, 4],
        [1, 1],
        [3, 4],
        [2, 3],
        [1, 1],
      ],
    )
    for (const [index, { place: _, total: __, ...row }] of out.entries()) assert.deepEqual(row, sampleRows[index])
    assertCounts(counts, { rowsIn: 5, rowsOut: 5 })
  },

  async 'statements run one after the other'(subject: TableEngineSubject) {
    const statements: readonly TableStatement[] = [
      { kind: 'sort', by: [{ column: 'n', descending: true }] },
      { kind: 'limit', count: 4 },
      { kind: 'filter', where: 'n > 1' },
      { kind: 'limit', count: 1, offset: 1 },
    ]
    for (const chain of [false, true]) {
      const { ids, counts } = await run(subject, sampleRows, statements, { chain })
      assert.deepEqual(ids, ['r4'], chain ? 'as a chain' : 'in one request')
      if (chain && subject.engine.executeChain !== undefined)
        assertCounts(counts, { rowsIn: 2, rowsOut: 1, dropped: 1 })
      else assertCounts(counts, { rowsIn: 5, rowsOut: 1, dropped: 4 })
    }
  },

  async 'each row that it leaves out is reported once'(subject: TableEngineSubject) {
    const leftOut = async (statement: TableStatement) =>
      (await run(subject, sampleRows, [statement])).leftOut.toSorted()
    assert.deepEqual(await leftOut({ kind: 'filter', where: 'n > 1' }), ['r2', 'r3', 'r5'])
    assert.deepEqual(await leftOut({ kind: 'limit', count: 3, offset: 1 }), ['r1', 'r5'])
    assert.deepEqual(await leftOut({ kind: 'dedupe', by: ['n'], keep: 'first' }), ['r5 > r2'])
    assert.deepEqual(await leftOut({ kind: 'dedupe', by: ['n'], keep: 'last' }), ['r2 > r5'])
    const sampled = await run(subject, sampleRows, [{ kind: 'sample', seed: 1, count: 2 }])
    assert.deepEqual([...sampled.ids, ...sampled.leftOut].toSorted(), ['r1', 'r2', 'r3', 'r4', 'r5'])
    assert.deepEqual(await leftOut({ kind: 'sort', by: [{ column: 'n' }] }), [])
  },
}
