import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import type { TableStep } from './reference.js'
import type { Table } from './tables.js'

type Built = ReturnType<typeof fromRows>
const fromRows = (rows: readonly Row[]) => pipeline('p').from(rows)

/** A project with every way of getting rows into a chain of table steps. */
export function valuesProject() {
  const directory = mkdtempSync(join(tmpdir(), 'maestro-values-'))
  const project = maestro({
    plugins: [fs, table, db],
    directory,
    logLevel: 'silent',
    tableEngine: { use: 'table.duckdb', threads: 2 },
  })
  let files = 0

  const fromFile = async (rows: readonly Row[], ending: string, options: object) => {
    const path = `in-${files++}.${ending}`
    await project.run(fromRows(rows).write('fs.file', { path }))
    return pipeline('p').read('fs.file', { path, ...options }) as unknown as Built
  }

  /** Of rows: in code, through a function of which the plan knows nothing, and out of a step file. */
  const ofRows = {
    'rows in code': async ({ rows }: Table) => fromRows(rows),
    'rows through a function': async ({ rows }: Table) => fromRows(rows).map((row) => row) as unknown as Built,
    'a step file': async ({ rows }: Table) => fromRows(rows).step('table.limit', { count: 1e9 }) as unknown as Built,
  }
  const ofText = {
    'lines of text': async ({ rows }: Table) => {
      const path = `in-${files++}.jsonl`
      writeFileSync(join(directory, path), rows.map((row) => `${textOf(row)}\n`).join(''))
      return pipeline('p').read('fs.file', { path }) as unknown as Built
    },
    'a JSON list': ({ rows }: Table) => fromFile(rows, 'json', {}),
  }
  const ofTypes = {
    'typed CSV': ({ rows, types }: Table) => fromFile(rows, 'csv', { columns: types }),
    'typed lines of text': ({ rows, types }: Table) => fromFile(rows, 'jsonl', { columns: types }),
    'typed rows in code': async ({ rows, types = {} }: Table) => pipeline('p').from(rows, { columns: types }),
  }

  /** A table of a database that the sink makes. */
  const ofDatabase =
    (connection: object) =>
    async ({ rows, types = {} }: Table) => {
      const name = `t${files++}_${process.pid}`
      const keyed = rows.map((row, index) => ({ ...row, key_: index }))
      const columns = { ...types, key_: 'integer' } as const
      const written = pipeline('w').from(keyed, { columns })
      await project.run(written.write('db.table', { connection, table: name } as never))
      const read = pipeline('p').read('db.table', { connection, table: name, key: 'key_' } as never)
      return read
        .step('table.sort', { by: 'key_' } as never)
        .step('table.drop', { columns: ['key_'] } as never) as unknown as Built
    }

  return {
    ofRows,
    ofText,
    ofTypes,
    ofDatabase,
    directory,
    /** The rows after a chain of steps. */
    async run(start: Built, steps: readonly TableStep[]): Promise<readonly Row[]> {
      let built = start
      for (const { use, options } of steps) built = built.step(use, options as never) as unknown as Built
      return Array.fromAsync(project.rows(built))
    },
    async dispose() {
      await project.dispose()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A row as JSON text in a form that no writer of ours has: blanks, escapes, numbers with exponents. */
function textOf(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'string') return JSON.stringify(value).replaceAll('é', '\\u00e9').replaceAll('a', '\\u0061')
  if (Array.isArray(value)) return `[ ${value.map(textOf).join(' , ')} ]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  return `{ ${Object.entries(value)
    .toReversed()
    .map(([name, member]) => `${textOf(name)} : ${textOf(member)}`)
    .join(' , ')} }`
    .replace(/^\{ \{/, '{{')
    .replace(/^\{ /, '{')
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value % 2 === 0 ? `${value}.0` : `${value}e0`
  return value.toExponential()
}
