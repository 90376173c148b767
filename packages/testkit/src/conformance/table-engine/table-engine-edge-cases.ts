import assert from 'node:assert/strict'
import type { TableStatement } from '@maestro-dataflow/core'
import { assertCounts, run, sampleColumns, sampleRows, type TableEngineSubject } from './table-engine-subject.js'

/** The rules for what lies at the edge: nothing, everything, and values that are nearly equal. */
export const tableEdgeCases = {
  async 'a limit of no rows, and a place behind the last row, leave none'(subject: TableEngineSubject) {
    for (const limit of [{ count: 0 }, { count: 2, offset: 5 }, { count: 2, offset: 99 }]) {
      const { ids, counts } = await run(subject, sampleRows, [{ kind: 'limit', ...limit }])
      assert.deepEqual(ids, [], `left by ${JSON.stringify(limit)}`)
      assertCounts(counts, { rowsIn: 5, rowsOut: 0, dropped: 5 })
    }
  },

  async 'rows that stay after a dedupe are in the order of the input'(subject: TableEngineSubject) {
    const given = ['a', 'b', 'a', 'c', 'b', 'd'].map((text, n) => ({ n, text }))
    const keep = async (which: 'first' | 'last') =>
      (await run(subject, given, [{ kind: 'dedupe', by: ['text'], keep: which }])).ids
    assert.deepEqual(await keep('first'), ['r1', 'r2', 'r4', 'r6'])
    assert.deepEqual(await keep('last'), ['r3', 'r4', 'r5', 'r6'])
  },

  async 'texts are equal only with the same characters, and an empty text is not a missing value'(
    subject: TableEngineSubject,
  ) {
    const given = ['a', 'a ', 'A', 'é', 'e\u0301', '', null, '1', '1.0'].map((text, n) => ({ n, text }))
    const apart = await run(subject, given, [{ kind: 'dedupe', by: ['text'], keep: 'first' }])
    assert.equal(apart.ids.length, given.length, `of different texts, these stay: ${JSON.stringify(apart.rows)}`)
    const statement: TableStatement = { kind: 'aggregate', by: ['text'], values: { count: 'count(*)' } }
    const groups = await run(subject, given, [statement])
    assert.equal(groups.ids.length, given.length, `different texts form the groups ${JSON.stringify(groups.rows)}`)
  },

  async 'a sample of more rows than there are is all of them, once'(subject: TableEngineSubject) {
    const { ids } = await run(subject, sampleRows, [{ kind: 'sample', seed: 3, count: 9 }])
    assert.deepEqual(ids, ['r1', 'r2', 'r3', 'r4', 'r5'])
    const each = await run(subject, sampleRows, [{ kind: 'sample', seed: 3, count: 9, by: ['kind'] }])
    assert.deepEqual(each.ids, ['r1', 'r2', 'r3', 'r4', 'r5'])
  },

  async 'a parameter keeps its type'(subject: TableEngineSubject) {
    const given = [
      { n: 1, text: '1', flag: true },
      { n: 2, text: 'true', flag: false },
    ]
    const types = { ...sampleColumns, flag: 'boolean' } as const
    const kept = async (column: string, wanted: string | number | boolean) => {
      const filter: TableStatement = { kind: 'filter', where: `${column} = $wanted`, params: { wanted } }
      return (await run(subject, given, [filter], { types })).ids
    }
    assert.deepEqual(await kept('flag', true), ['r1'])
    assert.deepEqual(await kept('flag', false), ['r2'])
    assert.deepEqual(await kept('n', 2), ['r2'])
    assert.deepEqual(await kept('text', 'true'), ['r2'])
  },

  async 'whole numbers beyond 2^53 are compared by all of their digits'(subject: TableEngineSubject) {
    const given = [9007199254740995n, 9007199254740993n, 9007199254740992n, 9007199254740993n, -9007199254740993n]
    const rows = given.map((n, index) => ({ n, text: `row ${index}` }))
    const types = { n: 'bigint', text: 'string' } as const
    const sorted = await run(subject, rows, [{ kind: 'sort', by: [{ column: 'n' }] }], { types })
    assert.deepEqual(sorted.ids, ['r5', 'r3', 'r2', 'r4', 'r1'])
    assert.deepEqual(sorted.rows[2]?.n, 9007199254740993n)
    const apart = await run(subject, rows, [{ kind: 'dedupe', by: ['n'], keep: 'first' }], { types })
    assert.deepEqual(apart.ids, ['r1', 'r2', 'r3', 'r5'])
  },

  async 'each line of its output ends'(subject: TableEngineSubject) {
    for (const output of ['step', 'rows'] as const)
      for (const statement of [
        { kind: 'limit', count: 9 },
        { kind: 'sort', by: [{ column: 'n' }] },
      ] as const) {
        const { text } = await run(subject, sampleRows, [statement], { output })
        assert.ok(text.endsWith('\n'), `the last line of a ${statement.kind} does not end`)
      }
  },

  async 'a line that is rejected is passed on'(subject: TableEngineSubject) {
    const lines = ['{"n":1,"text":"a","kind":"x"}', '{"n":2', '{"n":"many","text":"b","kind":"x"}']
    const { rejects } = await run(subject, lines, [{ kind: 'sort', by: [{ column: 'n' }] }])
    const rows = new Map(rejects.map(({ id, row }) => [id, JSON.stringify(row) ?? '']))
    assert.ok(rows.get('r2')?.includes('n'), 'the text of a line that is not a row is missing')
    assert.ok(rows.get('r3')?.includes('many'), 'the row whose value does not match is missing')
  },

  async 'each request has its own columns'(subject: TableEngineSubject) {
    const sort: TableStatement = { kind: 'sort', by: [{ column: 'n', descending: true }] }
    assert.deepEqual((await run(subject, sampleRows, [sort])).ids, ['r1', 'r4', 'r2', 'r5', 'r3'])
    const texts = ['10', '9', 'many'].map((n) => ({ n, other: true }))
    const types = { n: 'string', other: 'boolean' } as const
    const { ids, rejects } = await run(subject, texts, [sort], { types })
    assert.deepEqual([rejects.length, ids], [0, ['r3', 'r2', 'r1']])
    assert.deepEqual((await run(subject, sampleRows, [sort])).ids, ['r1', 'r4', 'r2', 'r5', 'r3'])
  },
}
