import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { type DatabaseClient, databaseTable } from './database-table.js'
import { asCells, asColumns, asJson, asSheet, asUntypedCells, withoutDecimals } from './held-values.js'
import { linesOf } from './lines-of.js'
import type { TableStep } from './reference.js'
import type { Table } from './tables.js'

type Built = ReturnType<typeof fromRows>
const fromRows = (rows: readonly Row[]) => pipeline('p').from(rows)

/** A way of getting rows into a chain of table steps. */
export interface Start {
  /** The table as this start can hold it, which the reference begins with. */
  given(table: Table): Table
  build(table: Table): Promise<Built>
}

/** A project with every way of getting rows into a chain of table steps. */
export function valuesProject() {
  const directory = mkdtempSync(join(tmpdir(), 'maestro-values-'))
  const project = maestro({
    plugins: [fs, table, db],
    directory,
    logLevel: 'silent',
    // Casts reject the rows with other values, which may be all.
    run: { maxRejects: '100%', failFast: Number.MAX_SAFE_INTEGER },
    tableEngine: { use: 'table.duckdb', threads: 2 },
  })
  let files = 0
  const write = (rows: readonly Row[], sink: string, options: object) =>
    project.run(fromRows(rows).write(sink as never, options as never))
  const read = (source: string, options: object) =>
    pipeline('p').read(source as never, options as never) as unknown as Built
  const fromFile = async (rows: readonly Row[], ending: string, options: object) => {
    const path = `in-${files++}.${ending}`
    await write(rows, 'fs.file', { path })
    return read('fs.file', { path, ...options })
  }

  /** Rows of anything: in code, through a function of which the plan knows nothing, and out of a step file. */
  const ofRows: Record<string, Start> = {
    'rows in code': { given: withoutDecimals, build: async ({ rows }) => fromRows(rows) },
    'rows through a function': {
      given: withoutDecimals,
      build: async ({ rows }) => fromRows(rows).map((row) => row) as unknown as Built,
    },
    'a step file': {
      given: withoutDecimals,
      build: async ({ rows }) => fromRows(rows).step('table.limit', { count: 1e9 }) as unknown as Built,
    },
  }
  const ofText: Record<string, Start> = {
    'lines of text': {
      given: (given) => asJson(given, 'reversed'),
      async build({ rows }) {
        const path = `in-${files++}.jsonl`
        writeFileSync(join(directory, path), linesOf(rows))
        return read('fs.file', { path })
      },
    },
    'a JSON list': { given: asJson, build: ({ rows }) => fromFile(rows, 'json', {}) },
    'CSV without types': { given: asUntypedCells, build: ({ rows }) => fromFile(rows, 'csv', {}) },
  }
  const finite = (given: Table) => withoutNumbers(given, (value) => Number.isFinite(value))
  const ofTypes: Record<string, Start> = {
    'typed rows in code': {
      given: (given) => given,
      build: async ({ rows, types }) => pipeline('p').from(rows, { columns: types }) as unknown as Built,
    },
    'typed lines of text': { given: finite, build: ({ rows, types }) => fromFile(rows, 'jsonl', { columns: types }) },
    'typed CSV': { given: asCells, build: ({ rows, types }) => fromFile(rows, 'csv', { columns: types }) },
  }

  const fromTyped = async ({ rows, types }: Table, ending: string, options: object = {}) => {
    const path = `in-${files++}.${ending}`
    const typed = pipeline('p').from(rows, { columns: types }) as unknown as Built
    const { counts } = await project.run(typed.write('fs.file' as never, { path } as never))
    if (counts.rejected > 0) throw new Error(`${counts.rejected} rows were refused by ${ending}`)
    return read('fs.file', { path, ...options })
  }
  /** Files that state the types of their columns. */
  const ofFiles: Record<string, Start> = {
    Parquet: { given: (table) => asColumns(table), build: (table) => fromTyped(table, 'parquet') },
    Excel: { given: asSheet, build: (table) => fromTyped(table, 'xlsx', { columns: table.types }) },
    Arrow: { given: (table) => asColumns(table, 'decimal'), build: (table) => fromTyped(table, 'arrow') },
  }

  return {
    ofRows,
    ofText,
    ofTypes,
    ofFiles,
    directory,
    /** A table of a database that the sink makes. */
    ofDatabase(connection: { readonly client: DatabaseClient; readonly [part: string]: unknown }): Start {
      const { given, place } = databaseTable(connection)
      return {
        given,
        async build({ rows, types }) {
          const { sink, source } = place(`t${files++}_${process.pid}`, types)
          const keyed = rows.map((row, index) => ({ ...row, key_: index }))
          const columns = { ...types, key_: 'integer' } as const
          const written = pipeline('w').from(keyed, { columns })
          const { counts } = await project.run(written.write('db.table', sink as never))
          if (counts.rejected > 0) throw new Error(`${counts.rejected} rows were refused by the database`)
          return read('db.table', source)
            .step('table.sort', { by: 'key_' } as never)
            .step('table.drop', { columns: ['key_'] } as never) as unknown as Built
        },
      }
    },
    /** The rows after a chain of steps. */
    async run(start: Built, steps: readonly TableStep[]): Promise<readonly Row[]> {
      let built = start
      for (const { use, options } of steps) built = built.step(use as never, options as never) as unknown as Built
      return Array.fromAsync(project.rows(built))
    },
    async dispose() {
      await project.dispose()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A table in which the numbers that do not meet a condition are null. */
function withoutNumbers(given: Table, isHeld: (value: number) => boolean): Table {
  const held = (value: unknown) => (typeof value === 'number' && !isHeld(value) ? null : value)
  return {
    ...given,
    rows: given.rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, held(value)]))),
  }
}
