import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describeObserver, describePlugin } from '@maestro-dataflow/testkit/vitest'
import { afterAll, expect, test } from 'vitest'
import plugin from '../src/index.js'

describePlugin(plugin)
describeObserver(plugin({ path: 'log/runs.jsonl' }))

const directory = mkdtempSync(join(tmpdir(), 'acme-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('appends a line about each run', async () => {
  const project = maestro({ directory, plugins: [plugin({ path: 'log/runs.jsonl' })] })
  const rows = pipeline('rows').from([{ n: 1 }, { n: 2 }])
  for (let run = 0; run < 2; run++) await Array.fromAsync(project.rows(rows))
  await project.dispose()
  const lines = readFileSync(join(directory, 'log/runs.jsonl'), 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { pipeline: 'rows', status: 'done', rowsIn: 2, rowsOut: 2 },
    { pipeline: 'rows', status: 'done', rowsIn: 2, rowsOut: 2 },
  ])
})
