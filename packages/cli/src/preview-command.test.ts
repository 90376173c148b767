import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({
    'maestro.config.json': { plugins: ['@maestro-dataflow/plugin-fs'], pipelines: 'pipelines/*' },
    'reviews.csv': `id,review\n1,Great phone\n2,${'很好 '.repeat(100)}\n3,Bad\n4,never read\n`,
    'pipelines/words.ts': `
      import { pipeline } from '@maestro-dataflow/core'
      export default pipeline('words')
        .read('fs.file', { path: 'reviews.csv', columns: ['id', 'review'] })
        .filter((row) => row.id !== '3', { id: 'keep' })
        .map((row) => ({ ...row, length: row.review.length, danger: '\\u001b[31m\\u009bred' }), { id: 'measure' })
        .branch((rows) => rows.map(({ id }) => ({ id: Number(id) }), { id: 'ids' }).write('fs.file', { path: 'out/ids.csv' }))
        .flatMap(({ id, review }) => review.split(' ').slice(0, 2).map((word) => ({ id, word })), { id: 'split' })
        .map((row) => {
          if (row.word === 'phone') throw new Error('this word is not wanted')
          return row
        }, { id: 'check' })
        .write('fs.file', { path: 'out/words.jsonl' })`,
  })
})
afterEach(() => project.remove())

test('each row is shown before and after every step, and nothing is written', async () => {
  const { code, stdout, stderr } = await project.maestro('preview', 'words', '--rows', '3')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [first, second, third] = stdout.split('\n\n')
  expect(first).toBe(`reviews.csv:2
    id      "1"
    review  "Great phone"
keep (function) no change
measure (function)
  + length  11
  + danger  "\\u001b[31m\\u009bred"
ids (function)
  ~ id  1
  - review, length, danger
split (function) 2 rows of it
    reviews.csv:2/split/0
        id    "1"
        word  "Great"
    check (function) no change
    reviews.csv:2/split/1
        id    "1"
        word  "phone"
    check (function) rejected
        MAESTRO_STEP_FAILED: check failed: this word is not wanted`)
  expect(second).toContain('很好')
  expect(third).toMatch(/^reviews.csv:4\n[\s\S]*keep \(function\) dropped$/)
  expect(stdout).toMatch(/3 rows in, .* 1 dropped, 1 rejected; nothing was written.\n$/)
  expect(stdout).not.toContain('never read')
  expect(existsSync(join(project.folder, 'out'))).toBe(false)
  expect(existsSync(join(project.folder, '.maestro'))).toBe(false)
})

test('no line is wider than 100 columns, wide characters counted twice; cut texts end in an ellipsis', async () => {
  const { stdout } = await project.maestro('preview', 'words')
  const width = (line: string) => line.length + (line.match(/[很好]/g)?.length ?? 0)
  expect(Math.max(...stdout.split('\n').map(width))).toBeLessThanOrEqual(100)
  const cut = stdout.split('\n').find((line) => line.includes('review  "很好'))
  expect(cut).toMatch(/…$/)
  expect(width(cut ?? '')).toBeGreaterThan(90)
})

test('--json gives the rows after each step', async () => {
  const { code, stdout } = await project.maestro('preview', 'words', '--rows', '1', '--json')
  expect(code).toBe(0)
  const { steps, rejects } = JSON.parse(stdout)
  expect(
    steps.map(({ id, input, rows }: { id: string; input?: string; rows: unknown[] }) => [id, input, rows.length]),
  ).toEqual([
    ['source', undefined, 1],
    ['keep', 'source', 1],
    ['measure', 'keep', 1],
    ['ids', 'measure', 1],
    ['split', 'measure', 2],
    ['check', 'split', 1],
  ])
  expect(rejects).toMatchObject([
    { id: 'reviews.csv:2/split/1', error: { code: 'MAESTRO_STEP_FAILED', step: 'check' } },
  ])
})

test('when every row fails they are shown with their reasons, and the exit code is 1', async () => {
  project.write(
    'pipelines/broken.ts',
    `import { pipeline } from '@maestro-dataflow/core'
     export default pipeline('broken').read('fs.file', { path: 'reviews.csv', columns: ['id'] })
       .map(() => { throw new Error('all wrong') }, { id: 'fail' })`,
  )
  const { code, stdout } = await project.maestro('preview', 'broken', '--rows', '2')
  expect(code).toBe(1)
  expect(stdout.match(/fail \(function\) rejected\n {4}MAESTRO_STEP_FAILED: fail failed: all wrong/g)).toHaveLength(2)
})
