import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Columns,
  decodeStepLine,
  encodeStepLine,
  type IdList,
  type LeftOutRows,
  type MaestroError,
  type Row,
  type TableCounts,
  type TableEngine,
  type TableFile,
  type TableStatement,
} from '@maestro-dataflow/core'
import { columnsOf } from '../../fuzz/row-arbitrary.js'
import { within } from '../outcomes.js'

/** An engine under test. */
export interface TableEngineSubject {
  readonly engine: TableEngine
  make(): Promise<TableEngine>
  /** The environment before the first request. */
  readonly environment: NodeJS.ProcessEnv
  readonly patience: number
}

/** The result of a request. */
export interface TableAnswer {
  readonly ids: readonly string[]
  readonly rows: readonly Row[]
  readonly counts: TableCounts
  readonly rejects: readonly { readonly id: string; readonly row: unknown; readonly error: MaestroError }[]
  /** The rows that were left out, each as `id`, or as `id > the id of the row that it became part of`. */
  readonly leftOut: readonly string[]
  /** The text of the output. */
  readonly text: string
  /** The files of the folder, besides input and output. */
  readonly left: readonly string[]
}

/** How a request differs from the usual one: one step file in, one step file out. */
export interface TableRunSettings {
  /** The columns, where they do not follow from the rows. */
  readonly types?: Columns
  readonly signal?: AbortSignal
  /** The form of the lines. @default rows for lines of text, step otherwise */
  readonly input?: TableFile['format']
  readonly output?: TableFile['format']
  /** The number of files that hold the rows. @default 1 */
  readonly files?: number
  /** Ask for all statements as one chain, of which the counts of the last are returned. */
  readonly chain?: boolean
}

/** The rows of most cases. */
export const sampleRows: readonly Row[] = [
  { n: 3, text: 'c', kind: 'x' },
  { n: 1, text: 'a', kind: 'y' },
  { n: null, text: 'none', kind: 'x' },
  { n: 2, text: 'b', kind: 'y' },
  { n: 1, text: 'a again', kind: 'x' },
]
export const sampleColumns: Columns = { n: 'integer', text: 'string', kind: 'string' }

export function assertCounts(counts: TableCounts, expected: Partial<TableCounts>): void {
  assert.deepEqual(
    { ...counts },
    { rowsIn: 0, rowsOut: 0, rejected: 0, dropped: 0, merged: 0, created: 0, ...expected },
  )
}

/** Runs statements over rows, or over lines of text that may be no rows. The id of row i is `r` and i, from 1. */
export async function run(
  { engine, patience }: TableEngineSubject,
  given: readonly (Row | string)[],
  statements: readonly TableStatement[],
  settings: TableRunSettings = {},
): Promise<TableAnswer> {
  const isText = given.some((row) => typeof row === 'string')
  const { input: form = isText ? 'rows' : 'step', output: outForm = 'step', files = 1, chain = false } = settings
  const { types = typesOf(given), signal = new AbortController().signal } = settings
  const around = await mkdtemp(join(tmpdir(), 'maestro-testkit-'))
  const directory = join(around, 'run')
  await mkdir(directory)
  try {
    const lines = given.map((row, index) => lineOf(row, index, form))
    const size = Math.ceil(lines.length / files)
    const input = Array.from({ length: files }, (_, file): TableFile => {
      const path = join(directory, `input-${file}.jsonl`)
      // The ids of bare rows are the prefix and the number of the line in its own file.
      return form === 'rows'
        ? { path, format: form, idPrefix: files === 1 ? 'r' : `${file}:r` }
        : { path, format: form }
    })
    const texts = input.map((_, file) =>
      lines
        .slice(file * size, (file + 1) * size)
        .map((line) => `${line}\n`)
        .join(''),
    )
    for (const [file, { path }] of input.entries()) await writeFile(path, texts[file] ?? '')
    const output: TableFile = { path: join(directory, 'output.jsonl'), format: outForm }
    const rejects: { id: string; row: unknown; error: MaestroError }[] = []
    const leftOut: string[] = []
    const request = {
      input,
      columns: { columns: types, open: false },
      statements,
      output,
      reject: ({ id, row, error }: { readonly id: string; readonly row: unknown; readonly error: MaestroError }) =>
        void rejects.push({ id, row, error }),
      leftOut: (rows: LeftOutRows) => void leftOut.push(...namesOf(rows)),
      signal,
      directory,
    }
    const working =
      chain && engine.executeChain !== undefined
        ? engine.executeChain(request).then((all) => all.at(-1) as TableCounts)
        : engine.execute(request)
    const counts = await within(patience, 'a request', working)
    for (const [file, { path }] of input.entries())
      assert.equal(await readFile(path, 'utf8'), texts[file], 'it changes its input')
    const text = await readFile(output.path, 'utf8')
    const out = text.split('\n').filter((line) => line !== '')
    const read = out.map((line) =>
      outForm === 'step' ? decodeStepLine(line) : { id: '', row: JSON.parse(line) as Row },
    )
    const known = new Set([...input, output].map(({ path }) => path))
    const beside = (await readdir(around)).filter((name) => name !== 'run')
    const left = [...beside, ...(await readdir(directory)).filter((name) => !known.has(join(directory, name)))]
    return { ids: read.map(({ id }) => id), rows: read.map(({ row }) => row), counts, rejects, leftOut, text, left }
  } finally {
    await rm(around, { recursive: true, force: true })
  }
}

function typesOf(given: readonly (Row | string)[]): Columns {
  return given === sampleRows
    ? sampleColumns
    : { ...columnsOf(given.filter((row) => typeof row !== 'string')), ...sampleColumns }
}

function lineOf(row: Row | string, index: number, form: TableFile['format']): string {
  if (typeof row === 'string') return row
  return form === 'step' ? encodeStepLine(`r${index + 1}`, row) : JSON.stringify(row)
}

function namesOf({ ids, into }: LeftOutRows): readonly string[] {
  const targets = into === undefined ? [] : listed(into)
  return listed(ids).map((id, index) => (into === undefined ? id : `${id} > ${targets[index]}`))
}

const listed = (ids: IdList): readonly string[] =>
  'prefix' in ids ? Array.from(ids.numbers, (number) => `${ids.prefix}${number}`) : ids
