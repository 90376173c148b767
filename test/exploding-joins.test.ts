import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder = ''
let project: ReturnType<typeof maestro>
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-exploding-'))
  project = maestro({ plugins: [fs, table], directory: folder, logLevel: 'silent' })
  writeFileSync(join(folder, 'in.jsonl'), '{"a":1}\n'.repeat(1200))
})
afterAll(async () => {
  await project.dispose()
  rmSync(folder, { recursive: true, force: true })
})

const right = { use: 'fs.file', path: 'in.jsonl' } as const
const joined = () =>
  pipeline('p')
    .read('fs.file', { path: 'in.jsonl' })
    .step('table.join', { right, by: ['a'] })
    .step('table.sql', { query: 'SELECT i.* FROM input i, input j' })
    .write('fs.file', { path: 'out.jsonl' })

test('the plan shows the bounds of steps that can multiply rows, though nobody has set them', async () => {
  const { steps } = await project.plan(joined())
  expect(steps.map(({ options }) => options)).toMatchObject([{ maxRows: '10x' }, { maxRows: '10x' }])
})

test('a join that would make more rows than its bound stops, and nothing is written', async () => {
  await expect(project.run(joined())).rejects.toMatchObject({
    code: 'MAESTRO_TABLE_JOIN_SIZE',
    details: { rows: 1_440_000, maxRows: 1_000_000 },
  })
  expect(existsSync(join(folder, 'out.jsonl'))).toBe(false)
})
