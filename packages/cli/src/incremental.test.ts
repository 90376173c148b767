import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const pipeline = `
import { existsSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'

export default pipeline('rows')
  .read('fs.file', { path: 'in.jsonl', columns: { id: 'string' }, key: 'id' })
  .map((row) => {
    if (row.id === 'b' && existsSync('out-of-order')) throw new Error('not now')
    return row
  })
  .write('fs.file', { path: 'out.jsonl' })
`

let project: TemporaryProject
beforeAll(() => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': { plugins: ['@maestro-dataflow/plugin-fs'], pipelines: 'pipelines/*' },
    'pipelines/rows.ts': pipeline,
    'in.jsonl': '{"id":"a"}\n{"id":"b"}\n{"id":"c"}\n',
    'out-of-order': '',
  })
})
afterAll(() => project.remove())

test('new rows alone are processed, rejected ones are tried again on request, and a plain run replaces all', async () => {
  const first = await project.maestro('run', 'rows', '--incremental')
  expect(first.stdout).toContain('incremental: 3 new, 0 changed, 0 unchanged\n')
  appendFileSync(join(project.folder, 'in.jsonl'), '{"id":"d"}\n')
  const planned = await project.maestro('plan', 'rows', '--incremental')
  expect(planned.stdout).toContain('incremental: 1 new, 0 changed, 2 unchanged, 1 rejected before')
  await project.maestro('run', 'rows', '--incremental')
  expect(project.read('out.jsonl')).toBe('{"id":"a"}\n{"id":"c"}\n{"id":"d"}\n')
  rmSync(join(project.folder, 'out-of-order'))
  const retried = await project.maestro('rejects', 'rows', '--retry')
  expect(retried.stderr).toBe('')
  expect(retried.stdout).toContain('3 unchanged, 1 tried again')
  expect(project.read('out.jsonl')).toBe('{"id":"a"}\n{"id":"c"}\n{"id":"d"}\n{"id":"b"}\n')
  await project.maestro('run', 'rows', '--overwrite')
  expect(project.read('out.jsonl')).toBe('{"id":"a"}\n{"id":"b"}\n{"id":"c"}\n{"id":"d"}\n')
  const refused = await project.maestro('rejects', 'rows', '--retry')
  expect(refused.stderr).toContain('MAESTRO_CLI_RETRY')
})
