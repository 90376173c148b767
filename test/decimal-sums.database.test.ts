import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import table from '@maestro-dataflow/plugin-table'
import { afterAll, describe, expect, inject, test } from 'vitest'

const servers = (['postgres', 'mariadb'] as const).flatMap((client) => {
  const server = inject(client)
  if (server === undefined) return []
  const { certificate: _, ...address } = server
  return [{ ...address, client }]
})
const directory = mkdtempSync(join(tmpdir(), 'maestro-decimals-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const numbers = ['9007199254740993.10', '10', '-0.03', '9', '1e-7', '9007199254740993.1']

describe.each([...servers, { client: 'sqlite', path: 'decimals.db' }])('$client', (connection) => {
  test.each([false, true])(
    'a decimal that the sink writes is a decimal when it is read: by a query %s',
    async (asked) => {
      const project = maestro({ plugins: [db, table], directory, logLevel: 'silent' })
      const place = { connection, table: `written_${asked}` }
      const rows = numbers.map((d, n) => ({ n, d }))
      const written = pipeline('w').from(rows, { columns: { n: 'integer', d: 'decimal' } })
      await project.run(written.write('db.table', { ...place, mode: 'overwrite' } as never))
      const read = () =>
        asked
          ? pipeline('q').read('db.query', { connection, query: `SELECT n, d FROM ${place.table}` } as never)
          : pipeline('t').read('db.table', place as never)
      const values = { sum: 'sum(d)', most: 'max(d)', n: 'count(*)' }
      const all = (built: unknown) =>
        Array.fromAsync(project.rows(built as ReturnType<typeof pipeline.prototype.from>)) as Promise<Row[]>
      const sorted = await all(read().step('table.sort', { by: ['d', 'n'] } as never))
      expect(sorted.map(({ n }) => Number(n))).toEqual([2, 4, 3, 1, 0, 5])
      expect(await all(read().step('table.dedupe', { by: ['d'] } as never))).toHaveLength(5)
      expect(await all(read().step('table.aggregate', { values } as never))).toEqual([
        { sum: '18014398509482005.1700001', most: '9007199254740993.1', n: 6 },
      ])
    },
  )
})

describe.each(servers)('$client', (connection) => {
  test('a decimal column is summed exactly, and its mean is a number', async () => {
    const project = maestro({ plugins: [db, table], directory, logLevel: 'silent' })
    const query = `SELECT CAST(v AS DECIMAL(30, 2)) AS v FROM (
      SELECT '9007199254740993.10' AS v UNION ALL SELECT '0.20' UNION ALL SELECT '-0.03') AS numbers`
    const rows: Row[] = []
    await project.runTo(
      pipeline('sums')
        .read('db.query', { connection, query })
        .step('table.aggregate', {
          values: { sum: 'sum(v)', least: 'min(v)', most: 'max(v)', mean: 'avg(v)', double: 'sum(v * 2)' },
        }),
      {
        write(batch) {
          rows.push(...batch.rows)
        },
      },
    )
    expect(rows).toEqual([
      {
        sum: '9007199254740993.27',
        least: '-0.03',
        most: '9007199254740993.1',
        mean: expect.closeTo(3002399751580331, 0),
        double: '18014398509481986.54',
      },
    ])
  })
})

const postgres = servers.find(({ client }) => client === 'postgres')
if (postgres !== undefined)
  test('NaN and the infinities of a numeric column have their own keys and places', async () => {
    const project = maestro({ plugins: [db, table], directory, logLevel: 'silent' })
    const query = "SELECT unnest(ARRAY['NaN', '0', 'Infinity', '-Infinity', '-2', 'NaN', '0.0']::numeric[]) AS v"
    const read = () => pipeline('special').read('db.query', { connection: postgres, query })
    const all = async (built: ReturnType<typeof read>) =>
      (await Array.fromAsync(project.rows(built))).map((row) => (row as Row).v)
    const sorted = (descending: boolean) => all(read().step('table.sort', { by: 'v', descending }) as never)
    expect(await sorted(false)).toEqual(['-Infinity', '-2', '0', '0.0', 'Infinity', 'NaN', 'NaN'])
    expect(await sorted(true)).toEqual(['Infinity', '0', '0.0', '-2', '-Infinity', 'NaN', 'NaN'])
    expect(await all(read().step('table.dedupe', { by: ['v'] }) as never)).toEqual([
      'NaN',
      '0',
      'Infinity',
      '-Infinity',
      '-2',
    ])
  })
