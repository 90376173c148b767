import assert from 'node:assert/strict'
import { MaestroError, type TableStatement } from '@maestro-dataflow/core'
import { oddNames, oddTexts } from '../../fuzz/odd-values.js'
import { assertCounts, run, sampleColumns, sampleRows, type TableEngineSubject } from './table-engine-subject.js'

/** The rules for values, names, and lines, whatever the statements. */
export const tableValueCases = {
  async 'values and ids stay as they are'(subject: TableEngineSubject) {
    const odd = [
      ...oddTexts.map((text, n) => ({ n, text, kind: 'x', more: { text, list: [text, null, 1.5] } })),
      { n: Number.MAX_SAFE_INTEGER, text: null, kind: 'y', more: 1e300 },
      { n: -1, text: '语'.repeat(20_000), kind: 'y', more: 0.1 },
    ]
    const known = { ...sampleColumns, more: 'unknown' } as const
    const { ids, rows: out, rejects } = await run(subject, odd, [{ kind: 'limit', count: 1000 }], { types: known })
    assert.deepEqual(rejects, [])
    assert.deepEqual(
      ids,
      odd.map((_, index) => `r${index + 1}`),
    )
    for (const [index, row] of odd.entries()) assert.deepEqual(out[index], row, `row ${ids[index]}`)
  },

  async 'columns may have unusual names'(subject: TableEngineSubject) {
    for (const name of oddNames.filter((known) => known !== '__proto__')) {
      const named = sampleRows.map(({ n, text }) => ({ [name]: n, text }))
      const { ids } = await run(subject, named, [{ kind: 'sort', by: [{ column: name }] }], {
        types: { [name]: 'integer', text: 'string' },
      })
      assert.deepEqual(ids, ['r2', 'r5', 'r4', 'r1', 'r3'], `sorted by ${JSON.stringify(name)}`)
    }
  },

  async 'a parameter is a value and no part of the expression'(subject: TableEngineSubject) {
    const texts = ["a' OR '1'='1", '"; --', '你好', 'a']
    for (const text of texts) {
      const given = texts.map((own) => ({ n: 1, text: own, kind: 'x' }))
      const { rows: out } = await run(subject, given, [
        { kind: 'filter', where: 'text = $wanted', params: { wanted: text } },
      ])
      assert.deepEqual(
        out.map((row) => row.text),
        [text],
      )
    }
  },

  async 'a line that is not a row is rejected, and the others are read'(subject: TableEngineSubject) {
    const lines = ['{"n":1,"text":"a","kind":"x"}', '{"n":2', '{"n":3,"text":"c","kind":"x"}']
    const { ids, rejects, counts } = await run(subject, lines, [{ kind: 'limit', count: 9 }])
    assert.deepEqual(ids, ['r1', 'r3'])
    assert.deepEqual(
      rejects.map(({ id }) => id),
      ['r2'],
    )
    assert.ok(
      rejects.every(({ error }) => MaestroError.is(error)),
      'the error of a rejected line is not typed',
    )
    assertCounts(counts, { rowsIn: 3, rowsOut: 2, rejected: 1 })
  },

  async 'a value that does not match the type of its column is rejected'(subject: TableEngineSubject) {
    const lines = [
      '{"n":1,"text":"a","kind":"x"}',
      '{"n":"many","text":"b","kind":"x"}',
      '{"n":0,"text":"c","kind":"x"}',
    ]
    const { ids, rejects, counts } = await run(subject, lines, [{ kind: 'sort', by: [{ column: 'n' }] }])
    assert.deepEqual(ids, ['r3', 'r1'])
    assert.deepEqual(
      rejects.map(({ id }) => id),
      ['r2'],
    )
    assertCounts(counts, { rowsIn: 3, rowsOut: 2, rejected: 1 })
  },

  async 'several files are one table, and keep their ids'(subject: TableEngineSubject) {
    const sort: TableStatement = { kind: 'sort', by: [{ column: 'n' }] }
    const steps = await run(subject, sampleRows, [sort], { files: 2 })
    assert.deepEqual(steps.ids, ['r2', 'r5', 'r4', 'r1', 'r3'])
    const bare = await run(subject, sampleRows, [sort], { files: 2, input: 'rows' })
    assert.deepEqual(bare.ids, ['0:r2', '1:r2', '1:r1', '0:r1', '0:r3'])
    assertCounts(bare.counts, { rowsIn: 5, rowsOut: 5 })
  },

  async 'its output may be bare rows'(subject: TableEngineSubject) {
    const sort: TableStatement = { kind: 'sort', by: [{ column: 'n' }] }
    for (const input of ['rows', 'step'] as const) {
      const { rows: out } = await run(subject, sampleRows, [sort], { input, output: 'rows' })
      assert.deepEqual(
        out,
        [1, 4, 3, 0, 2].map((place) => sampleRows[place]),
        `from lines of the form "${input}"`,
      )
    }
  },

  async 'the digits of a number stay as they are'(subject: TableEngineSubject) {
    const lines = ['{"n":2,"text":"1","more":1.0}', '{"n":1,"text":"2","more":12345678901234567890123}']
    for (const statement of [
      { kind: 'limit', count: 9 },
      { kind: 'sort', by: [{ column: 'n' }] },
    ] as const) {
      const { text } = await run(subject, lines, [statement], { types: { ...sampleColumns, more: 'unknown' } })
      for (const line of lines) assert.ok(text.includes(line), `${line} is not in the output:\n${text}`)
    }
  },

  async 'a table of many rows is processed completely'(subject: TableEngineSubject) {
    const many = Array.from({ length: 5000 }, (_, n) => ({ n: (n * 7919) % 5000, text: `row ${n}`, kind: 'x' }))
    const { rows: out, counts } = await run(subject, many, [{ kind: 'sort', by: [{ column: 'n' }] }])
    assert.equal(out.length, 5000)
    assert.ok(
      out.every(({ n }, index) => n === index),
      'they are not in order',
    )
    assertCounts(counts, { rowsIn: 5000, rowsOut: 5000 })
  },

  async 'each of many rows has its place, its group, and its report'(subject: TableEngineSubject) {
    const half = 2500
    const many = Array.from({ length: 2 * half }, (_, n) => ({ n: n % half, text: `row ${n}`, kind: `k${n % half}` }))
    const of = (statement: TableStatement) => run(subject, many, [statement])
    const numbered = (count: number, from: number) => Array.from({ length: count }, (_, index) => `r${index + from}`)

    const sorted = await of({ kind: 'sort', by: [{ column: 'n' }] })
    const pairs = Array.from({ length: half }, (_, n) => [`r${n + 1}`, `r${n + 1 + half}`]).flat()
    assert.deepEqual(sorted.ids, pairs, 'equal rows do not keep their order')
    assert.deepEqual(sorted.leftOut, [])

    const filtered = await of({ kind: 'filter', where: `n > ${half - 2}` })
    assert.deepEqual(filtered.ids, [`r${half}`, `r${2 * half}`])
    assert.equal(new Set(filtered.leftOut).size, filtered.leftOut.length, 'a row is reported twice')
    assert.equal(filtered.leftOut.length, 2 * half - 2, 'not every row that is left out is reported')

    const merged = await of({ kind: 'dedupe', by: ['n'], keep: 'first' })
    assert.deepEqual(merged.ids.toSorted(), numbered(half, 1).toSorted(), 'other rows than the first ones stay')
    const reports = numbered(half, 1).map((id, index) => `r${index + 1 + half} > ${id}`)
    assert.deepEqual(merged.leftOut.toSorted(), reports.toSorted(), 'which row a duplicate became part of')

    const groups = await of({ kind: 'aggregate', by: ['kind'], values: { count: 'count(*)' } })
    assert.equal(new Set(groups.ids).size, half, 'two groups have one id')
    assert.deepEqual(
      groups.rows.map(({ kind }) => kind).toSorted(),
      many
        .slice(0, half)
        .map(({ kind }) => kind)
        .toSorted(),
    )
    assert.ok(
      groups.rows.every(({ count }) => Number(count) === 2),
      'a group has another number of rows',
    )
    const idOf = ({ ids, rows }: typeof groups) => new Map(rows.map(({ kind }, index) => [kind, ids[index]]))
    const again = await of({ kind: 'aggregate', by: ['kind'], values: { count: 'count(*)' } })
    assert.deepEqual(idOf(again), idOf(groups), 'the ids of groups differ from run to run')
  },
}
