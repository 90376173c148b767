import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-two-tables-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const project = () =>
  maestro({ plugins: [fs, table], directory: folder, logLevel: 'silent', run: { maxRejects: '100%' } })

test('broken records of the other table are rejected, and its rows know where they come from', async () => {
  write('b.jsonl', '{"n":2}\nbroken\n{"n":3}\n')
  const built = pipeline('p')
    .from([{ n: 1 }])
    .step('table.union', { right: { use: 'fs.file', path: 'b.jsonl' } })
  const shown = await project().preview(built, 10)
  expect(shown.steps.at(-1)?.rows).toEqual([
    { id: 'rows:1', row: { n: 1 } },
    { id: '1-table.union:b.jsonl:1', row: { n: 2 } },
    { id: '1-table.union:b.jsonl:3', row: { n: 3 } },
  ])
  expect(shown.rejects.map(({ id }) => id)).toEqual(['1-table.union:b.jsonl:2'])
})

test('a resumed run reads the other table again if it has changed', async () => {
  write('a.jsonl', '{"n":1}\n')
  write('b.jsonl', '{"n":2}\n')
  let isBroken = true
  const built = pipeline('p')
    .read('fs.file', { path: 'a.jsonl' })
    .step('table.union', { right: { use: 'fs.file', path: 'b.jsonl' } })
    .step('table.dedupe', {})
    .map((row) => {
      if (isBroken) throw new Error('not yet')
      return { ...row }
    })
    .write('fs.file', { path: 'out.jsonl' })
  await expect(project().run(built)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
  const [unfinished] = await project().unfinishedRuns()
  isBroken = false
  write('b.jsonl', '{"n":20}\n{"n":30}\n')
  const report = await project().run(built, { resume: { run: unfinished?.runId ?? '' } })
  expect(report.counts.rowsOut).toBe(3)
})
