import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const config = `
import { defineConfig } from '@maestro-dataflow/core'

const serving = {
  kind: 'llm',
  name: 'words',
  model: 'words-1',
  price: { input: 0, request: 0.01 },
  identity: {},
  capabilities: { jsonSchema: false, images: false, audio: false },
  async generate({ messages }) {
    const text = String(messages.at(-1).content)
    if (text.includes('四')) throw new Error('no answer')
    return { text: 'to ' + text, finishReason: 'stop', usage: { inputTokens: 5, outputTokens: 2 }, model: 'words-1' }
  },
}

export default defineConfig({
  plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-table', '@maestro-dataflow/plugin-ai'],
  servings: { default: serving },
  pipelines: 'pipelines/*',
})
`

const pipeline = `
import { pipeline } from '@maestro-dataflow/core'
import { z } from 'zod'

export default pipeline('texts', { params: z.object({ ask: z.string().default('Say') }) }, (p, { ask }) =>
  p
    .read('fs.file', { path: 'in.jsonl', columns: { id: 'string', text: 'string' }, key: 'id' })
    .filter((row, { drop }) => row.text !== '' || drop('the text is empty'), { id: 'filled' })
    .step('table.dedupe', { by: ['text'] }, { id: 'once' })
    .step('ai.generate', { prompt: ask + ' {{text}}', output: 'answer' }, { id: 'ask' })
    .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' }),
)
`

const rows = [
  { id: 'a', text: 'one' },
  { id: 'b', text: '' },
  { id: 'c', text: 'one' },
  { id: 'd', text: '四' },
  { id: 'a', text: 'again' },
  { id: 'e', text: 'five' },
]
const lines = (list: readonly object[]) => list.map((row) => `${JSON.stringify(row)}\n`).join('')

let project: TemporaryProject
const json = async (...parameters: readonly string[]) =>
  JSON.parse((await project.maestro(...parameters, '--json')).stdout)

beforeAll(async () => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.ts': config,
    'pipelines/texts.ts': pipeline,
    'in.jsonl': lines(rows),
  })
  const { stdout, stderr, code } = await project.maestro('run', 'texts', '--keep-step-files')
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('1 row dropped in filled, for example b: the text is empty')
  expect(stdout).toContain('1 row merged in once, for example c into a')
  expect(stdout).toMatch(/1 row rejected in ask, for example d: .*\n {4}\S/)
  project.write('in.jsonl', lines([...rows.slice(0, 5), { id: 'f', text: 'six' }]))
  await project.maestro('run', 'texts', '--set', 'ask=Repeat')
}, 120_000)
afterAll(() => project.remove())

const oldest = async () => (await json('runs')).at(-1).runId as string

describe('maestro runs and show', () => {
  test('list the runs, newest first, and show one', async () => {
    const [newest, first] = await json('runs')
    expect([newest, first]).toMatchObject([
      { pipeline: 'texts', status: 'done', counts: { rowsIn: 6, rowsOut: 2, dropped: 1, merged: 1, rejected: 2 } },
      { pipeline: 'texts', status: 'done' },
    ])
    expect((await project.maestro('runs', '--pipeline', 'other')).stdout).toBe('No run is kept.\n')
    const { stdout } = await project.maestro('show', first.runId)
    expect(stdout).toMatch(/step +in +out +dropped +merged +rejected +model/)
    expect(stdout).toMatch(/ask +3 +2 +0 +0 +1 +3 calls/)
    expect(await json('show')).toMatchObject({ runId: newest.runId })
  })

  test('an unknown run is a wrong use that names the runs there are', async () => {
    const { code, stderr } = await project.maestro('show', 'nothing')
    expect(code).toBe(2)
    expect(stderr).toContain('There is no run nothing.')
    expect(stderr).toContain(await oldest())
  })
})

describe('maestro why', () => {
  test('explains rows that came out, were dropped, merged, or rejected', async () => {
    const run = ['--run', await oldest()]
    expect(await json('why', 'a', ...run)).toMatchObject({
      // A second row with this id was rejected.
      verdicts: ['written', 'rejected'],
      stops: [
        { step: 'filled', outcome: 'passed' },
        { step: 'once', outcome: 'passed' },
        { step: 'ask', outcome: 'passed', calls: [{ model: 'words-1', from: 'provider', tries: 1, nanoDollars: 1e7 }] },
        { step: 'sink-1', outcome: 'written' },
        { step: 'source', outcome: 'rejected', code: 'MAESTRO_RUN_DUPLICATE_ID' },
      ],
    })
    expect(await json('why', 'b', ...run)).toMatchObject({
      verdicts: ['dropped'],
      stops: [{ step: 'filled', reason: 'the text is empty' }],
    })
    expect(await json('why', 'c', ...run)).toMatchObject({
      verdicts: ['merged'],
      stops: [{}, { step: 'once', into: 'a' }],
    })
    const { stdout } = await project.maestro('why', 'd', ...run)
    expect(stdout).toMatch(/^d: rejected\n/)
    expect(stdout).toMatch(
      /ask .*: rejected: MAESTRO_\w+: .*\n {4}\S.*\n {4}asked words-1 \(words\).*failed with MAESTRO_/,
    )
  })

  test('finds rows by a value of the source', async () => {
    expect(await json('why', '--where', 'text=six')).toMatchObject([{ row: 'f', verdicts: ['written'] }])
    expect(await json('why', '--where', 'text = "six"')).toMatchObject([{ row: 'f' }])
    expect((await project.maestro('why', '--where', 'text=nowhere')).code).toBe(2)
    expect((await project.maestro('why')).code).toBe(2)
    expect((await project.maestro('why', 'unknown-row')).code).toBe(2)
  })
})

test('maestro dropped names reasons and the row that a dedupe kept', async () => {
  expect(await json('dropped', 'filled')).toMatchObject({
    dropped: 1,
    reasons: [{ outcome: 'dropped', reason: 'the text is empty', rows: 1, examples: [{ row: 'b' }] }],
  })
  expect((await project.maestro('dropped', 'table.dedupe')).stdout).toContain('    c into a\n')
  expect((await project.maestro('dropped', 'nothing')).stderr).toContain('filled, once, ask')
})

test('maestro rejects groups the rows, with hints', async () => {
  const { rows: count, groups } = await json('rejects')
  expect(count).toBe(2)
  expect(groups).toMatchObject([
    { rows: 1, hint: expect.any(String), examples: [{ id: expect.any(String) }] },
    { rows: 1, hint: expect.any(String) },
  ])
  const { stdout } = await project.maestro('rejects', '--step', 'ask')
  expect(stdout).toMatch(/^1 row rejected in ask: MAESTRO_\w+\n {2}\S.*\n {4}d: /)
})

test('maestro report writes one file that needs no network, or the same as Markdown or data', async () => {
  const run = await oldest()
  expect((await project.maestro('report', run)).stdout).toBe(`.maestro/runs/${run}/report.html\n`)
  const page = project.read(`.maestro/runs/${run}/report.html`)
  for (const part of [
    'texts: done',
    'filled',
    '$0.0200',
    'Rows over time',
    'the text is empty',
    'Rows before and after',
    '四',
  ])
    expect(page).toContain(part)
  expect(page).not.toMatch(/<(?:script|img|link)[^>]*(?:src|href)=|@import|url\(/)
  expect((await project.maestro('report', run, '--format', 'md')).stdout).toContain('| 6 | 0 | 2 | 1 | 1 | 2 |')
  expect(JSON.parse((await project.maestro('report', run, '--format', 'json')).stdout)).toMatchObject({
    run: { runId: run, counts: { rowsIn: 6, rowsOut: 2 } },
  })
  project.write('mine.html', 'precious')
  expect((await project.maestro('report', run, '--to', 'mine.html')).code).not.toBe(0)
  expect(project.read('mine.html')).toBe('precious')
})

test('maestro diff compares rows and shows answers side by side', async () => {
  const [newest] = await json('runs')
  expect(await json('diff', await oldest(), newest.runId)).toMatchObject({
    added: ['f'],
    gone: ['e'],
    changed: [
      { row: 'a', before: [{ answer: { text: 'to Say one' } }], after: [{ answer: { text: 'to Repeat one' } }] },
    ],
    notCompared: 0,
  })
  const { stdout } = await project.maestro('diff', await oldest(), newest.runId)
  expect(stdout).toContain('1 row added, 1 gone, 1 changed, 0 the same')
  expect(stdout).toMatch(/before +"?to Say one"?\n +after +"?to Repeat one"?/)
})

test('a limited run with a key does not count what lies beyond the limit', async () => {
  project.write('keyed.jsonl', lines([rows[0], rows[0], rows[1], rows[1]] as object[]))
  project.write('pipelines/keyed.json', {
    name: 'keyed',
    read: { use: 'fs.file', path: 'keyed.jsonl', columns: { id: 'string', text: 'string' }, key: 'id' },
    write: { use: 'fs.file', path: 'keyed-out.jsonl' },
  })
  const { counts } = await json('run', 'keyed', '--limit', '1')
  expect(counts).toMatchObject({ rowsIn: 1, rowsOut: 1, rejected: 0 })
})

test('maestro prune removes step files, and runs only if asked', async () => {
  const first = await oldest()
  const folder = join(project.folder, '.maestro/runs', first)
  const { pruned } = await json('prune', '--dry-run')
  expect(pruned).toContainEqual({ runId: first, removed: 'step files', bytes: expect.any(Number) })
  expect(readdirSync(folder)).toContain('stages')
  await project.maestro('prune')
  expect(readdirSync(folder)).not.toContain('stages')
  expect(await json('why', 'a', '--run', first)).toMatchObject({ verdicts: ['written', 'rejected'] })
  expect((await json('prune', first)).pruned).toMatchObject([{ runId: first, removed: 'run' }])
  expect((await json('runs')).map(({ runId }: { runId: string }) => runId)).not.toContain(first)
})
