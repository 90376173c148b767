import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeStepLine, pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-unions-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const project = () =>
  maestro({ plugins: [fs, table], directory: folder, logLevel: 'silent', run: { maxRejects: '100%' } })

async function union(right: object) {
  const built = pipeline('p')
    .read('fs.file', { path: 'in.jsonl' })
    .step('table.union', { right: { use: 'fs.file', ...right } as never }, { id: 'more' })
    .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
  const report = await project().run(built, { keepStepFiles: true })
  const stages = join(report.directory ?? '', 'stages')
  const names = readdirSync(stages).sort()
  const [name = ''] = names.slice(-1)
  return {
    report,
    names,
    lines: readFileSync(join(stages, name, 'part-00000.jsonl'), 'utf8')
      .trimEnd()
      .split('\n'),
  }
}

const others: readonly Row[] = [
  { id: 'x', n: 1.5, day: new Date('2026-01-02T03:04:05Z'), ok: true },
  { id: 'y', n: -3, day: null, ok: false },
]

test.each(['parquet', 'arrow', 'xlsx', 'csv'])(
  'the rows of a %s file follow the lines of the input, which stay as they are',
  async (format) => {
    writeFileSync(join(folder, 'in.jsonl'), '{ "id":"a",  "n":1.50 }\n\n{"id":"b"}\n')
    const columns = { id: 'string', n: 'number', day: 'date', ok: 'boolean' } as const
    await project().run(
      pipeline('p')
        .from([...others], { columns })
        .write('fs.file', { path: `other.${format}` }),
    )
    const { report, names, lines } = await union({ path: `other.${format}`, columns })
    const [first, ...rest] = lines
    // No row of the input became an object.
    expect(first).toBe('{"id":"in.jsonl:1","row":{ "id":"a",  "n":1.50 }}')
    expect(names.filter((name) => name.includes('input'))).toEqual([])
    const numbers = format === 'csv' || format === 'xlsx' ? [2, 3] : [1, 2]
    expect(rest.map((line) => decodeStepLine(line))).toEqual([
      { id: 'in.jsonl:3', row: { id: 'b' } },
      ...others.map((row, index) => ({ id: `more:other.${format}:${numbers[index]}`, row })),
    ])
    expect(report.counts).toMatchObject({ rowsIn: 2, created: 2, rowsOut: 4, rejected: 0 })
  },
)

test('a broken record of the other table is rejected, and all others follow', async () => {
  writeFileSync(join(folder, 'in.jsonl'), '{"id":"a"}\n')
  writeFileSync(join(folder, 'other.csv'), 'id,n\nx,1\ny,two\nz,3\n')
  const { report } = await union({ path: 'other.csv', columns: { id: 'string', n: 'integer' } })
  expect(report.counts).toMatchObject({ rowsOut: 3, rejected: 1 })
  expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe('{"id":"a"}\n{"id":"x","n":1}\n{"id":"z","n":3}\n')
})
