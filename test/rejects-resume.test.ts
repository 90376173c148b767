import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { installFailpoints, maestro } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { describe, expect, test } from 'vitest'
import { Folder, settled } from './durability/folder.js'

/*
 * A run with rejected rows that ends anywhere, and is resumed, has the rejects and the rows of an undisturbed one: those
 * of the source, of a table step, of a function, and of the output.
 */

type Built = ReturnType<typeof fromRows>
const fromRows = (rows: readonly Row[]) => pipeline('p').from(rows)

const rows: readonly Row[] = [
  { n: '1', t: 'a' },
  { n: 'x', t: 'no number' },
  { n: '3', t: 'refused by the function' },
  { n: '4', t: '12' },
  { n: '1', t: 'a' },
  { n: '9007199254740993', t: 'too large' },
  { n: '7', t: 'c' },
]
/** A row that files of text hold and Parquet does not. */
const half: Row = { n: '8', t: 'half\ud83d' }
const lines = [...rows, half].map((row) => `${JSON.stringify(row)}\n`).join('')

const projectIn = (directory: string) =>
  maestro({ directory, plugins: [fs, table, db], run: { maxRejects: '100%' }, logLevel: 'silent' })

/** Writes a file of another format, or a table of a database, into a folder. */
async function write(folder: string, sink: string, options: object) {
  const project = projectIn(folder)
  await project.run(fromRows(rows).write(sink as never, options as never))
  await project.dispose()
}

interface Start {
  readonly prepare?: (folder: string) => void | Promise<void>
  readonly read: () => Built
}
const read = (source: string, options: object) =>
  pipeline('p').read(source as never, options as never) as unknown as Built
const file = (ending: string, text: string, options: object = {}): Start => ({
  prepare: (folder) => writeFileSync(join(folder, `in.${ending}`), text),
  read: () => read('fs.file', { path: `in.${ending}`, ...options }),
})
const written = (ending: string): Start => ({
  prepare: (folder) => write(folder, 'fs.file', { path: `in.${ending}` }),
  read: () => read('fs.file', { path: `in.${ending}` }),
})
const connection = { client: 'sqlite', path: 'in.db' }
const columns = { n: 'string', t: 'string' }

const starts: Readonly<Record<string, Start>> = {
  'rows in code': { read: () => fromRows([...rows, half]) },
  'JSON lines': file('jsonl', `{"broken\n${lines}{"n":5,"t":"a number"}\n`, { columns }),
  'a JSON list': file('json', JSON.stringify([...rows, half, { n: 5, t: 'a number' }, 'no row']), { columns }),
  CSV: file('csv', `n,t\n${rows.map(({ n, t }) => `${n},${t}\n`).join('')}short\n5,"a" b\n`, { columns }),
  Excel: written('xlsx'),
  Parquet: written('parquet'),
  Arrow: written('arrow'),
  'a table of SQLite with a key that comes twice': {
    prepare: (folder) => write(folder, 'db.table', { connection, table: 't' }),
    read: () => read('db.table', { connection, table: 't', key: 'n', columns }),
  },
}

const first: Readonly<Record<string, (built: Built) => Built>> = {
  'a function': (built) => built.map((row) => row, { id: 'same' }) as unknown as Built,
  'a table step': (built) => built.step('table.sort', { by: 't' }, { id: 'sort' }) as unknown as Built,
}

describe.each(Object.entries(starts))('%s', (_, { prepare, read: start }) => {
  test.each(Object.entries(first))('and %s', { timeout: 300_000 }, async (_, begin) => {
    const given = new Folder()
    await prepare?.(given.path)
    const built = () =>
      begin(start())
        .step('table.cast', { columns: { n: 'integer' } } as never, { id: 'cast' })
        .map(
          (row: Row) => {
            if (row.n === 3) throw new Error('3 is refused')
            return row
          },
          { id: 'check' },
        )
        .write('fs.file', { path: 'out.parquet' } as never)
        .write('fs.file', { path: 'out.csv' } as never)
    const whole = new Folder()
    // Without the run that has written the input.
    cpSync(given.path, whole.path, { recursive: true, filter: (path) => !path.includes('.maestro') })
    whole.settleTimes()
    const ends: { readonly place: string; readonly folder: Folder }[] = []
    installFailpoints((place) => ends.push({ place, folder: Folder.after(whole.path) }))
    const project = projectIn(whole.path)
    const expected = await project.run(built() as never)
    await project.dispose()
    installFailpoints(undefined)
    const outputs = ['out.parquet', 'out.csv']
    const resultOf = (folder: Folder) => {
      const all = folder.result(outputs)
      // SQLite has files beside its own while somebody reads it.
      return { ...all, files: (all.files as readonly string[]).filter((name) => !name.startsWith('in.db-')) }
    }
    const result = resultOf(whole)
    // The cast refuses two, and the function one.
    expect(expected.counts.rejected).toBeGreaterThanOrEqual(3)
    expect(String(whole.result(outputs).rejects).trim().split('\n')).toHaveLength(expected.counts.rejected)
    expect(ends.length).toBeGreaterThan(10)
    for (const [index, { place, folder }] of ends.entries()) {
      if (place === 'report-written') continue
      const again = projectIn(folder.path)
      const [unfinished] = await again.unfinishedRuns()
      const resume = unfinished === undefined ? {} : { resume: { run: unfinished.runId } }
      const report = await again.run(built() as never, resume)
      await again.dispose()
      const where = `failpoint ${index}, ${place}`
      expect(resultOf(folder), where).toEqual(result)
      expect(settled(report), where).toEqual(settled(expected))
    }
  })
})
