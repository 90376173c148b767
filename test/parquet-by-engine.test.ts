import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-parquet-by-engine-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** DuckDB names itself in the files that it writes. */
const isByEngine = (path: string) => readFileSync(join(folder, path)).includes('DuckDB version')

/** Enough rows that the engine is asked, with these at the beginning, in the middle, and at the end. */
function manyRows(rows: readonly Row[], usual: Row): readonly Row[] {
  const some = Array.from({ length: 3000 }, () => ({ ...usual, filling: 'x'.repeat(1000) }))
  return [...rows, ...some, ...rows, ...some, ...rows]
}

interface Case {
  readonly rows: readonly Row[]
  readonly usual?: Row
  readonly options?: object
  /** Whether the engine writes the file. @default true */
  readonly byEngine?: boolean
}

const cases: Readonly<Record<string, Case>> = {
  'plain values': {
    rows: [
      { n: 1, x: 0.1, big: 5n, name: 'one "é" \\ \0 \n\r\u2028😀', flag: true, none: null },
      { n: -(2 ** 53 - 1), x: Number.NaN, big: 2n ** 63n - 1n, name: '', flag: false },
      { n: 2 ** 53 - 1, x: -0, big: -(2n ** 63n), name: '{"$date":null}', flag: null, none: null },
      { x: Number.NEGATIVE_INFINITY, n: null, name: '00123', late: 'x' },
      { x: 2 ** 60, name: 'null' },
      {},
    ],
    usual: { n: 7, x: 1, name: 'usual' },
  },
  'fractions after whole numbers': { rows: [{ x: 0.5 }], usual: { x: 1 } },
  'chosen columns in their order': {
    rows: [{ b: 1, a: 'x' }],
    usual: { a: 'y', c: [1] },
    options: { columns: ['filling', 'b', 'a', 'absent'] },
  },
  'compressed with Zstandard': { rows: [{ a: 1 }], options: { compression: 'zstd' } },
  'a text in the last row of a column of numbers': { rows: [{ a: 'x' }], usual: { a: 1 }, byEngine: false },
  'big integers among numbers': { rows: [{ a: 5n }], usual: { a: 1 }, byEngine: false },
  'integers of more than 64 bits': { rows: [{ a: 2n ** 63n }], usual: { a: 1n }, byEngine: false },
  dates: { rows: [{ day: new Date(0) }], byEngine: false },
  'nested values': { rows: [{ list: [1, null], object: { a: 'x' } }], byEngine: false },
  'names that differ in case alone': { rows: [{ a: 1, A: 2 }], byEngine: false },
  'row groups of a given size': { rows: [{ a: 1 }], options: { rowGroup: 1000 }, byEngine: false },
}

test.each(Object.entries(cases))(
  '%s: rows of a row step are the same in Parquet whether the engine or fs.file writes them',
  async (_, { rows, usual = {}, options = {}, byEngine = true }) => {
    const all = manyRows(rows, usual)
    const found: unknown[] = []
    for (const [path, plugins] of [
      ['engine.parquet', [fs, table]],
      ['usual.parquet', [fs]],
    ] as const) {
      const project = maestro({ plugins, directory: folder, logLevel: 'silent' })
      const made = pipeline('p')
        .from(all)
        .map((row) => ({ ...row }))
        .write('fs.file', { path, mode: 'overwrite', ...options })
      const report = await project.run(made)
      const read = pipeline('read').read('fs.file', { path })
      const { source } = await project.plan(read.write('fs.file', { path: 'copy.jsonl' }))
      found.push({
        written: report.sinks.map(({ rows }) => rows),
        columns: Object.entries(source.columns.columns),
        rows: await Array.fromAsync(project.rows(read)),
      })
      await project.dispose()
    }
    expect(isByEngine('usual.parquet')).toBe(false)
    expect(isByEngine('engine.parquet')).toBe(byEngine)
    expect(found[0]).toStrictEqual(found[1])
  },
)
