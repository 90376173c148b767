import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { PipelineDefinition } from '../../contracts/pipeline-definition.js'
import { RowSource } from '../../contracts/row-source.js'
import { defineOperator } from '../../define/define-operator.js'
import { definePlugin } from '../../define/define-plugin.js'
import { defineSink, defineSource, defineStorage } from '../../define/define-storage.js'
import { sourceOption } from '../../define/options/references.js'
import { maestroError } from '../../errors/error-table.js'
import { maestro } from '../../maestro.js'

const directory = mkdtempSync(join(tmpdir(), 'maestro-sources-'))
writeFileSync(join(directory, 'rates.json'), JSON.stringify([{ city: 'Oslo', rate: 3 }, { city: 'Rome' }]))
afterAll(() => rmSync(directory, { recursive: true }))

/** A source of its own, which counts how often it is opened. */
let opened = 0
const plugin = definePlugin({
  name: 'test',
  manifest: {
    apiVersion: 1,
    contributes: { storages: { 'test.json': 'Rows of a JSON file', 'test.sink': 'Nothing' } },
  },
  apply: (hooks) =>
    hooks.storages.tap('test', (registry) => {
      registry.add(
        defineStorage({
          name: 'test.json',
          source: defineSource({
            options: {
              path: z.string(),
              broken: z.boolean().default(false),
              password: z.string().optional(),
            },
            columns: () => ({ columns: { city: 'string', rate: 'number' }, open: false }),
            check: async ({ path }) =>
              path === 'none.json' ? [maestroError('MAESTRO_STEP_CREATE', { step: path, reason: 'no such file' })] : [],
            async open({ path, broken }, context) {
              opened++
              const { readFile } = await import('node:fs/promises')
              const rows = JSON.parse(await readFile(join(context.directory, path), 'utf8'))
              const error = maestroError('MAESTRO_STORAGE_ROW_INVALID', {
                location: 'rates.json:2',
                reason: 'half a row',
              })
              const rejects = broken ? [{ id: '2', row: '{', error }] : []
              return {
                async *read() {
                  yield { ids: rows.map((_: unknown, n: number) => String(n)), rows, rejects }
                },
              }
            },
          }),
        }),
      )
      registry.add(
        defineStorage({
          name: 'test.sink',
          sink: defineSink({ options: {}, open: () => Promise.reject(new Error()) }),
        }),
      )
    }),
})

const lookUp = defineOperator({
  name: 'test.look-up',
  kind: 'map',
  options: { table: z.union([sourceOption(), z.array(z.unknown())]) },
  reads: () => ['city'],
  adds: ({ table }) => (table instanceof RowSource ? table.columns.columns : { rate: 'number' as const }),
  create:
    ({ table }) =>
    async (row, { signal }) => {
      const rows = table instanceof RowSource ? await table.rows(signal) : table
      return {
        ...row,
        rate: (rows as { city: string; rate?: number }[]).find(({ city }) => city === row.city)?.rate ?? 0,
      }
    },
})

const looking = (table: unknown): PipelineDefinition => ({
  name: 'p',
  source: { rows: [{ city: 'Oslo' }], columns: { columns: { city: 'string' }, open: false } },
  steps: [{ id: 'look', input: 'source', use: lookUp, options: { table } }],
  sinks: [],
})
const storages = { rates: { use: 'test.json', path: 'rates.json' } }
const project = () => maestro({ plugins: [plugin], directory, storages, logLevel: 'silent' })
const faultOf = async (table: unknown) =>
  project()
    .preview(looking(table))
    .then(
      () => 'none',
      (error) => error.details.faults.join('\n'),
    )

test.each([
  ['a source by its name', { use: 'test.json', path: 'rates.json' }],
  ['a storage of the config', { use: 'rates' }],
  ['rows in code', [{ city: 'Oslo', rate: 3 }]],
])('an option may hold %s', async (_what, table) => {
  expect(await Array.fromAsync(project().rows(looking(table)))).toEqual([{ city: 'Oslo', rate: 3 }])
})

test('it is read when the operator asks, and the plan says which it is, without secrets', async () => {
  const before = opened
  const sinks = [{ id: 'out', input: 'look', use: 'test.sink', options: {} }]
  const plan = await project().plan({ ...looking({ use: 'rates', password: 'not to be shown' }), sinks })
  expect(opened).toBe(before)
  expect(plan.steps[0]).toMatchObject({
    options: { table: { use: 'test.json', path: 'rates.json', password: '[redacted]' } },
    effects: { adds: { city: 'string', rate: 'number' } },
  })
})

test.each([
  ['a source that is not there', { use: 'test.jsn', path: 'x' }, 'test.jsn'],
  ['options that are wrong', { use: 'test.json', file: 'x' }, 'there is no option "file"'],
  ['what the source finds wrong', { use: 'test.json', path: 'none.json' }, 'no such file'],
  ['what cannot be read from', { use: 'test.sink' }, 'test.sink'],
])('%s: a fault of the plan, with the step', async (_what, table, part) => {
  const fault = await faultOf(table)
  expect(fault).toContain('step look')
  expect(fault).toContain(part)
})

test('a record that is not a row is an error and is not left out', async () => {
  const rows = Array.fromAsync(project().rows(looking({ use: 'rates', broken: true })))
  await expect(rows).rejects.toThrow('half a row')
})
