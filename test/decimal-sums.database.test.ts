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
