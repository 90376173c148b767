import { env, pipeline } from '@maestro-dataflow/core'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type {} from './storages.js'

const start = pipeline('types')
const connection = 'sqlite:shop.db'

test('a source without columns or schema knows none', () => {
  expectTypeOf(start.read('db.table', { connection, table: 'a' }).row).toEqualTypeOf<Record<string, unknown>>()
  expectTypeOf(start.read('db.query', { connection, query: 'SELECT 1' }).row).toEqualTypeOf<Record<string, unknown>>()
})

test('names of columns, with types or without', () => {
  const named = start.read('db.table', { connection, table: 'a', columns: ['id', 'text'] })
  expectTypeOf(named.row).toEqualTypeOf<{ id: unknown; text: unknown }>()
  const typed = start.read('db.query', { connection, query: 'SELECT 1', columns: { id: 'bigint', day: 'date' } })
  expectTypeOf(typed.row).toEqualTypeOf<{ id: bigint | null; day: Date | null }>()
  // @ts-expect-error a column that is not declared
  named.row.stars
})

test('a schema says it all', () => {
  const schema = z.object({ id: z.string() })
  expectTypeOf(start.read('db.table', { connection, table: 'a', schema }).row).toEqualTypeOf<{ id: string }>()
})

test('options are checked', () => {
  const rows = start.read('db.table', { connection, table: 'a', columns: { id: 'integer' } })
  rows.write('db.table', {
    connection: { client: 'postgres', host: 'db', ssl: { ca: '' } },
    table: 'b',
    mode: 'upsert',
    key: 'id',
  })
  // @ts-expect-error a database that there is no client for
  start.read('db.table', { connection: { client: 'oracle' }, table: 'a' })
  // @ts-expect-error no such mode
  rows.write('db.table', { connection, table: 'b', mode: 'merge' })
  // @ts-expect-error a column that the rows do not have
  rows.write('db.table', { connection, table: 'b', key: 'ID' })
  // @ts-expect-error a table is needed
  start.read('db.table', { connection })
  start.read('db.table', { connection: env('DATABASE_URL'), table: 'a' })
  start.read('db.table', { connection: { client: 'mariadb', password: env('PASSWORD') }, table: 'a' })
})
