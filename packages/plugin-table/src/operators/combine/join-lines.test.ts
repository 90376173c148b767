import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from '@maestro-dataflow/core'
import { MemoryStorage } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { tableProject } from '../../__fixtures__/table-project.js'
import { JoinRowsOperator, type JoinRowsOptions } from './join.js'
import { joinLines } from './lines/join-lines.js'

const { fromLines, fromRows, fromUnknown, linesOf, otherLines, rowsOf, resultOf } = tableProject()

/** The rows that the operator makes from rows, without any file of lines. */
async function rowByRow(
  left: readonly Row[],
  options: Pick<JoinRowsOptions, 'right' | 'by'> & Partial<JoinRowsOptions>,
) {
  const storage = new MemoryStorage(left)
  await new JoinRowsOperator(options).run(storage)
  return storage.rows()
}

const half = '\ud800'
/** Values of which some are equal, and some are not, of one type and of several. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  texts: ['a', 'b', 'a', '', 'a\0b', 'a\0c', '5', 'é', 'e\u0301', '😀', 'null', null, undefined, '$x'],
  'integers of any size': [1, 2, 2 ** 53, 2n ** 53n, 2n ** 53n + 1n, 2n ** 70n, -0, 0, 1n, null],
  fractions: [0.1, 0.30000000000000004, 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -0, 0, 5e-324, null],
  'yes and no': [true, false, null, true],
  dates: [new Date(5), new Date(6), new Date(Number.NaN), new Date(8.64e15), new Date(-62198755200001), null],
  'several types': [
    1,
    '1',
    1n,
    true,
    'true',
    new Date(1),
    [1],
    [1n],
    { a: 1 },
    { a: 1, b: null },
    null,
    half,
    Number.NaN,
  ],
  'bytes and vectors': [new Uint8Array([1, 2]), new Uint8Array([1]), new Float32Array([1, 0.5]), null],
  'half characters': [half, `${half}b`, 'a', null],
}

describe('a join gives the rows of a join row by row', () => {
  const tables = (keys: readonly unknown[]) => ({
    left: keys.map((k, i) => ({ k, i })),
    right: [...keys, ...keys.slice(0, 3)].reverse().map((k, n) => ({ n: n * 1.5, k, v: k, 名: { n } })),
  })

  test.each(Object.keys(values))('by %s', async (name) => {
    const { left, right } = tables(values[name] ?? [])
    const options = { right, by: ['k'], how: 'left' as const }
    expect(await rowsOf(fromUnknown(left).step('table.join', options))).toEqual(await rowByRow(left, options))
  })

  test.each(['inner', 'semi', 'anti'] as const)('%s', async (how) => {
    const { left, right } = tables(values.fractions ?? [])
    const options = { right: right.slice(0, 5), by: ['k'], how }
    expect(await rowsOf(fromRows(left).step('table.join', options))).toEqual(await rowByRow(left, options))
  })
})

describe('a join of lines', () => {
  const lines = ['{"k":"a", "n":1.0}', '', '{"k":"b","n":[1 ,2], "k":"c"} ', '{}', '{"n":2,"k":null}']
  const right = ['{"k":"a","city":"Oslo\\u0041"}', '{"k":"c","city":null,"more":1e2}', '{"k":"a","city":"上海"}', '']

  test('copies each line as it is, with the columns of the match behind', async () => {
    const step = { right: otherLines(right), by: ['k'], columnPrefix: '' } as const
    expect(await linesOf(fromLines(lines).step('table.join', step))).toEqual({
      lines: [
        '{"k":"a", "n":1.0,"city":"OsloA","more":null}',
        '{"k":"a", "n":1.0,"city":"上海","more":null}',
        '{"k":"b","n":[1 ,2], "k":"c","city":null,"more":100.0}',
      ],
      rejects: [],
    })
    const all = await linesOf(fromLines(lines).step('table.join', { ...step, how: 'left' }))
    expect(all.lines.slice(3)).toEqual(['{"city":null,"more":null}', '{"n":2,"k":null,"city":null,"more":null}'])
    const alone = await linesOf(fromLines(lines).step('table.join', { ...step, how: 'anti' }))
    expect(alone.lines).toEqual(['{}', '{"n":2,"k":null}'])
  })

  test('gives each row the id that a join row by row gives it', async () => {
    const left = [{ k: 'a' }, { k: 'b' }, { k: 'c' }]
    const other = ['a', 'c', 'a'].map((k) => ({ k }))
    const { ids } = await resultOf(fromRows(left).step('table.join', { right: other, by: ['k'] }))
    expect(ids).toEqual(['rows:1/1-table.join/0', 'rows:1/1-table.join/1', 'rows:3'])
  })

  test('a right table of any size is joined in its order', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'maestro-join-'))
    const path = join(folder, 'in.jsonl')
    const output = { path: join(folder, 'out.jsonl'), format: 'step' } as const
    const right = Array.from({ length: 5000 }, (_, n) => ({ k: n % 2500, n }))
    const request = {
      input: [{ path, format: 'step' as const, idPrefix: 'in:' }],
      columns: { columns: {}, open: true },
      step: 'join',
      takesRows: false,
      signal: new AbortController().signal,
      directory: folder,
      output: async () => output,
    }
    writeFileSync(path, Array.from({ length: 2500 }, (_, k) => `{"id":"${k}","row":{"k":${k}}}\n`).join(''))
    const options = { right, by: ['k'], on: ['k'], how: 'inner' as const, columnPrefix: '' }
    const made = { ...options, mostRows: () => 1e6, assertSize: () => undefined }
    try {
      for (const mostHeld of [1e6, 0]) {
        const counts = await joinLines(made, request, mostHeld)
        expect(counts).toMatchObject({ rowsIn: 2500, rowsOut: 5000, created: 2500, dropped: 0 })
        const lines = readFileSync(output.path, 'utf8').split('\n')
        expect(lines.slice(2, 4)).toEqual([
          '{"id":"1/join/0","row":{"k":1,"n":1}}',
          '{"id":"1/join/1","row":{"k":1,"n":2501}}',
        ])
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
