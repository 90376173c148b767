import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  decodeStepLine,
  encodeStepLine,
  type ParquetFiles,
  type Row,
  type TableFile,
  type TableStatement,
} from '@maestro-dataflow/core'
import { within } from '../outcomes.js'
import { run, type TableEngineSubject } from './table-engine-subject.js'

const columns = { n: 'integer', x: 'number', text: 'string', flag: 'boolean' } as const

const rows: readonly Row[] = [
  { n: 3, x: 0.1, text: 'c "é" \\ \n😀', flag: true },
  { n: 2 ** 53 - 1, x: 1e300, text: '', flag: false },
  { n: null, x: null, text: null, flag: null },
  { n: -1, x: -0, text: '00123', flag: true },
]

/** The rows as a Parquet file of the engine, if it writes any. */
async function withParquet(
  { engine, patience }: TableEngineSubject,
  work: (files: ParquetFiles, directory: string) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'maestro-testkit-'))
  const input: TableFile = { path: join(directory, 'input.jsonl'), format: 'step' }
  const output = { path: join(directory, 'rows.parquet'), compression: 'snappy', rowGroup: 1000 } as const
  try {
    await writeFile(input.path, rows.map((row, index) => `${encodeStepLine(`r${index + 1}`, row)}\n`).join(''))
    const { signal } = new AbortController()
    const request = { input, output, columns: { columns, open: false }, signal, directory }
    const written = await within(
      patience,
      'writing Parquet',
      engine.writeParquet?.(request) ?? Promise.resolve(undefined),
    )
    if (written === undefined) return
    assert.equal(written, rows.length, 'the rows that it says to have written')
    const found = Object.entries(columns).map(([name, values]) => ({ name, values }))
    await work({ paths: [output.path], idPrefixes: ['r'], columns: found }, directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function linesOf(path: string): Promise<readonly { readonly id: string; readonly row: Row }[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line) => decodeStepLine(line))
}

/** The rules for engines that read or write Parquet files. */
export const tableParquetCases = {
  async 'the rows of a Parquet file are those that it was made of'(subject: TableEngineSubject) {
    const { engine, patience } = subject
    await withParquet(subject, async (input, directory) => {
      if (engine.readParquet === undefined) return
      const output: TableFile = { path: join(directory, 'output.jsonl'), format: 'step' }
      const { signal } = new AbortController()
      const read = await within(patience, 'reading Parquet', engine.readParquet({ input, output, signal, directory }))
      assert.equal(read, rows.length, 'the rows that it says to have read')
      assert.deepEqual(
        await linesOf(output.path),
        rows.map((row, index) => ({ id: `r${index + 1}`, row })),
      )
    })
  },

  async 'statements over Parquet files make the same rows as over lines'(subject: TableEngineSubject) {
    const { engine, patience } = subject
    const statements: readonly TableStatement[] = [
      { kind: 'sort', by: [{ column: 'n' }] },
      { kind: 'limit', count: 3 },
    ]
    await withParquet(subject, async (input, directory) => {
      if (engine.executeOnParquet === undefined) return
      const output: TableFile = { path: join(directory, 'output.jsonl'), format: 'step' }
      const { signal } = new AbortController()
      const request = { input, columns: { columns, open: false }, statements, output, signal, directory }
      const counts = await within(patience, 'a request', engine.executeOnParquet(request))
      if (counts === undefined) return
      const expected = await run(subject, rows, statements, { types: columns, chain: true })
      const found = await linesOf(output.path)
      assert.deepEqual(
        found.map(({ id }) => id),
        expected.ids,
      )
      assert.deepEqual(
        found.map(({ row }) => row),
        expected.rows,
      )
      assert.equal(counts.length, statements.length, 'it does not return the counts of each statement')
      assert.equal(counts.at(-1)?.rowsOut, found.length, 'the rows that it says to have made')
    })
  },
}
