import { pipeline } from '@maestro-dataflow/core'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { TextLineRow, TextRow } from './file-row.js'
import type {} from './file-storage-definition.js'

const start = pipeline('types')

test('a source without columns or schema knows none', () => {
  expectTypeOf(start.read('fs.file', { path: 'a.jsonl' }).row).toEqualTypeOf<Record<string, unknown>>()
})

test('names of columns: cells are text, values of JSON may be anything', () => {
  const cells = start.read('fs.file', { path: 'data/a.csv.gz', columns: ['id', 'text'] })
  expectTypeOf(cells.row).toEqualTypeOf<{ id: string; text: string }>()
  const lines = start.read('fs.file', { path: 'a.jsonl', columns: ['id'] })
  expectTypeOf(lines.row).toEqualTypeOf<{ id: unknown }>()
  const named = start.read('fs.file', { path: 'a.dat', format: 'tsv', header: ['id'] })
  expectTypeOf(named.row).toEqualTypeOf<{ id: string }>()
  // @ts-expect-error a column that is not declared
  cells.row.stars
})

test('with typed columns, an empty cell of a column that is not a string is null', () => {
  const typed = start.read('fs.file', { path: 'a.csv', columns: { id: 'string', stars: 'integer', day: 'date' } })
  expectTypeOf(typed.row).toEqualTypeOf<{ id: string; stars: number | null; day: Date | null }>()
})

test('a schema says it all', () => {
  const schema = z.object({ id: z.string(), stars: z.number() })
  expectTypeOf(start.read('fs.file', { path: 'a.md', schema }).row).toEqualTypeOf<{ id: string; stars: number }>()
})

test('text and Markdown', () => {
  expectTypeOf(start.read('fs.file', { path: 'docs/**/*.md' }).row).toEqualTypeOf<{ [K in keyof TextRow]: string }>()
  expectTypeOf(start.read('fs.file', { path: ['a.txt', 'b.md.gz'] }).row.text).toEqualTypeOf<string>()
  expectTypeOf(start.read('fs.file', { path: 'docs', format: 'markdown' }).row.path).toEqualTypeOf<string>()
  expectTypeOf(start.read('fs.file', { path: 'a.txt', lines: true }).row).toEqualTypeOf<{
    [K in keyof TextLineRow]: TextLineRow[K]
  }>()
  // @ts-expect-error only a row per line has its number
  start.read('fs.file', { path: 'a.txt' }).row.line
})

test('options are checked', () => {
  // @ts-expect-error no such format
  start.read('fs.file', { path: 'a.txt', format: 'excel' })
  // @ts-expect-error a misspelt option
  start.read('fs.file', { path: 'a.txt', encodng: 'utf-8' })
  // @ts-expect-error a column that the rows do not have
  start.read('fs.file', { path: 'a.txt' }).write('fs.file', { path: 'b.txt', column: 'txt' })
})
