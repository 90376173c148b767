import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ColumnType, pipeline, type Row, type RunReport } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach } from 'vitest'
import table from '../index.js'
import { jsonLines } from './json-lines.js'

type Type = Exclude<ColumnType, 'decimal' | 'bytes' | 'vector'>

/** A project in a folder for one test, whose pipelines begin with rows of any kind. */
export function tableProject() {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-table-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const project = () => maestro({
      plugins: [table, jsonLines(folder)],
      directory: folder,
      logLevel: 'silent',
      run: { maxRejects: '100%' },
    })
  const fromRows = (rows: readonly Row[]) => pipeline('p').from(rows)
  /** Rows of which the plan knows no columns. */
  const fromUnknown = (rows: readonly Row[]) => fromRows(rows).map((row) => ({ ...row }) as Row)
  type Built = ReturnType<typeof fromUnknown>
  const fromLines = (lines: readonly string[], columns?: Readonly<Record<string, Type>>) => {
    writeFileSync(join(folder, 'in.jsonl'), `${lines.join('\n')}\n`)
    const options = { paths: ['in.jsonl'], ...(columns === undefined ? {} : { columns }) }
    return pipeline('p').read('test.lines', options) as unknown as Built
  }
  return {
    fromRows: fromRows as unknown as (rows: readonly Row[]) => Built,
    fromUnknown,
    fromLines,
    /** Another table that is a file of lines. */
    otherLines(lines: readonly string[]) {
      writeFileSync(join(folder, 'other.jsonl'), `${lines.join('\n')}\n`)
      return { use: 'test.lines', paths: ['other.jsonl'] } as never
    },
    rowsOf: (built: Built): Promise<Row[]> => Array.fromAsync(project().rows(built)),
    /** The lines that a table step over lines writes, with the ids and messages of the rejected rows. */
    async linesOf(built: Built) {
      const report = await project().run(built.write('test.lines', { path: 'out.jsonl' }), { overwrite: true })
      return { lines: linesIn(join(folder, 'out.jsonl')), rejects: rejectsOf(report) }
    },
    /** The rows of a pipeline, with the ids and messages of the rejected rows. */
    async resultOf(built: Built) {
      const preview = await project().preview(built, 1e6)
      const rejects = preview.rejects.map(({ id, error }) => ({ id, message: error.message }))
      const rows = preview.steps.at(-1)?.rows ?? []
      return { rows: rows.map(({ row }) => row), ids: rows.map(({ id }) => id), rejects }
    },
  }
}

function linesIn(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1)
}

function rejectsOf({ counts, directory }: RunReport) {
  const lines = counts.rejected === 0 ? [] : linesIn(join(directory ?? '', 'rejects.jsonl'))
  return lines.map((line) => JSON.parse(line) as { readonly id: string; readonly message: string })
}
