import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterAll, expect, test } from 'vitest'
import db from '../plugin.js'

const directory = mkdtempSync(join(tmpdir(), 'maestro-db-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

type Mode = 'create' | 'append' | 'overwrite' | 'upsert'
const plan = (one: Mode, other: Mode, table = 't') =>
  maestro({ plugins: [db], directory, logLevel: 'silent' }).plan(
    pipeline('both')
      .from([{ a: 1 }], { columns: { a: 'integer' } })
      .write('db.table', { connection: 'sqlite:rows.db', table: 't', mode: one, key: 'a' })
      .write('db.table', { connection: 'sqlite:./rows.db', table, mode: other, key: 'a' }),
  )

test('two sinks that make or replace one table are a fault of the plan', async () => {
  const fault = { details: { errors: [{ code: 'MAESTRO_PIPELINE_SAME_OUTPUT' }] } }
  await expect(plan('overwrite', 'overwrite')).rejects.toMatchObject(fault)
  await expect(plan('create', 'overwrite')).rejects.toMatchObject(fault)
})

test('two tables, and two sinks that add rows to one table, are none', async () => {
  expect((await plan('overwrite', 'overwrite', 'other')).sinks).toHaveLength(2)
  expect((await plan('append', 'upsert')).sinks).toHaveLength(2)
})
