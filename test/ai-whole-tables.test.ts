// The operators of plugin-ai that see whole tables, and those that make datasets, on the embedded models: that all is wired.
// What they make of answers is tested beside them; so small a model may give none, which must then be told by a code.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MaestroError, pipeline, type Row } from '@maestro-dataflow/core'
import { type Maestro, maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import local from '@maestro-dataflow/plugin-local'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let directory = ''
let project: Maestro
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'maestro-whole-tables-'))
  project = maestro({
    directory,
    logLevel: 'silent',
    plugins: [ai, fs, local],
    servings: {
      default: { use: 'local.chat', model: 'smollm2-135m-instruct', contextTokens: 1024 },
      embedder: { use: 'local.embeddings', model: 'all-MiniLM-L6-v2' },
    },
  })
})
afterAll(async () => {
  await project.dispose()
  await rm(directory, { recursive: true, force: true })
})

const texts = (...all: readonly string[]) => all.map((text) => ({ text }))

describe('by vectors', () => {
  const table = texts(
    'How do I reset my password?',
    'I forgot my password, how can I reset it?',
    'When does the shop open?',
    'What are the opening hours of the shop?',
    'A recipe for onion soup',
  )

  test('duplicates, clusters, rows that differ', async () => {
    const steps = pipeline('vectors')
      .from(table)
      .step('ai.embed', {})
      .step('ai.cluster', { input: 'embedding', clusters: 3 })
      .step('ai.dedupe-semantic', { input: 'embedding', threshold: 0.7 })
      .step('ai.select-diverse', { input: 'embedding', count: 2 })
    const preview = await project.preview(steps, 9)
    const rowsOf = (id: string) => preview.steps.find((step) => step.id.endsWith(id))?.rows.map(({ row }) => row) ?? []
    expect(rowsOf('ai.cluster').map((row) => row.cluster)).toEqual([0, 0, 1, 1, 2])
    expect(rowsOf('ai.dedupe-semantic').map((row) => row.text)).toEqual([
      table[0]?.text,
      table[2]?.text,
      table[4]?.text,
    ])
    expect(rowsOf('ai.select-diverse')).toHaveLength(2)
  })

  test('rows of two tables that mean the same', async () => {
    const right = [
      { page: 'account', about: 'Reset your password' },
      { page: 'visit', about: 'Opening hours of our shops' },
    ]
    const joined = pipeline('joined')
      .from(table)
      .step('ai.join', { input: 'text', right, on: 'about', threshold: 0.5, how: 'left' })
    const pages = (await Array.fromAsync(project.rows(joined))).map((row) => row.right_page)
    expect(pages).toEqual(['account', 'account', 'visit', 'visit', null])
  })

  test('the other table may be a file, in a pipeline as data too', async () => {
    await writeFile(
      join(directory, 'pages.csv'),
      'page,about\naccount,Reset your password\nvisit,Opening hours of our shops\n',
    )
    const right = { use: 'fs.file', path: 'pages.csv' } as const
    const placed = pipeline('placed')
      .from(table)
      .step('ai.join', { input: 'text', right, on: 'about', threshold: 0.5 })
      .step('ai.embed', {})
      .step('ai.match', { input: 'embedding', references: right, on: 'about', threshold: 0.5 })
      .map((row) => ({ text: row.text, page: row.right_page, match: row.match?.page ?? null }))
    const rows = await Array.fromAsync(project.rows(placed))
    expect(rows.map(({ page }) => page)).toEqual(['account', 'account', 'visit', 'visit'])
    expect(rows.map(({ match }) => match)).toEqual(['account', 'account', 'visit', 'visit'])
    await writeFile(
      join(directory, 'placed.yaml'),
      `name: placed
read: { use: fs.file, path: pages.csv }
steps:
  - { use: ai.join, input: about, right: { use: fs.file, path: pages.csv }, on: about, columnPrefix: other_ }
write:
  - { use: fs.file, path: placed.jsonl }
`,
    )
    expect((await project.run('placed.yaml')).counts).toMatchObject({ rowsOut: 2 })
    const written = (await readFile(join(directory, 'placed.jsonl'), 'utf8')).trim().split('\n')
    expect(written.map((line) => JSON.parse(line).other_page)).toEqual(['account', 'visit'])
  })
})

/** The rows, or the codes of why there are none. */
async function outcome(run: () => AsyncIterable<Row>): Promise<readonly Row[] | string> {
  try {
    return await Array.fromAsync(run())
  } catch (error) {
    if (!MaestroError.is(error)) throw error
    const { cause } = error as { cause?: unknown }
    return MaestroError.is(cause) ? cause.code : error.code
  }
}

/** Rows of this form, or an answer that was none. */
function expectRows(found: readonly Row[] | string, form: object): void {
  if (typeof found === 'string')
    expect(found).toMatch(/^MAESTRO_(SERVING_(SCHEMA|CUT_OFF|CONTEXT|MALFORMED|BROKEN)|AI_)/)
  else for (const row of found) expect(row).toMatchObject(form)
}

describe('by the language model', () => {
  const letters = texts('The lamp is broken.', 'I love the red chair.', 'The parcel came late.')
  const text = expect.any(String)

  test('an order, a fold, names of groups', async () => {
    const sorted = pipeline('sorted').from(letters).step('ai.sort', { input: 'text', criterion: 'How angry is it?' })
    expectRows(await outcome(() => project.rows(sorted)), { rank: expect.any(Number) })
    const pairwise = pipeline('pairwise')
      .from(letters)
      .step('ai.sort', { input: 'text', criterion: 'Which is angrier?', method: 'pairwise', count: 2 })
    expectRows(await outcome(() => project.rows(pairwise)), { rank: expect.any(Number) })
    const folded = pipeline('folded')
      .from(letters)
      .step('ai.reduce', { input: 'text', instructions: 'Sum up in five words.', maxTokens: 60, temperature: 0 })
    expectRows(await outcome(() => project.rows(folded)), { reduced: text, count: 3 })
    const groups = pipeline('groups').from(letters).step('ai.group', { input: 'text', threshold: 0.2 })
    expectRows(await outcome(() => project.rows(groups)), { group: text })
  })

  test('descriptions, proposals, labels by two', async () => {
    const table = [
      { city: 'Oslo', weight_kg: 2.5 },
      { city: 'Bergen', weight_kg: 3 },
    ]
    const described = pipeline('described').from(table).step('ai.describe-columns', { about: 'parcels' })
    expectRows(await outcome(() => project.rows(described)), { column: text, meaning: text })
    const proposed = pipeline('proposed')
      .from(table)
      .step('ai.clean', { plan: 'clean.json', columns: ['city'] })
    expectRows(await outcome(() => project.rows(proposed)), { changes: [] })
    const labelled = pipeline('labelled')
      .from(letters)
      .step('ai.annotate', { input: 'text', labels: ['praise', 'complaint'], second: 'default' })
    expectRows(await outcome(() => project.rows(labelled)), {
      label: expect.stringMatching(/^(praise|complaint)$/),
      label_outcome: 'agreed',
    })
  })

  test('conversations, personal data, claims, measures of answers', async () => {
    const short = { temperature: 0, maxTokens: 80 } as const
    const talk = pipeline('talk')
      .from(texts('green tea'))
      .step('ai.conversation', { input: 'text', turns: 2, method: 'turns', ...short })
    expectRows(await outcome(() => project.rows(talk)), { messages: [{ role: 'user' }, { role: 'assistant' }] })
    const clean = pipeline('clean')
      .from(texts('Ann Lee of Oslo writes from ann@example.org.'))
      .step('ai.redact', { input: 'text', ...short })
    expectRows(await outcome(() => project.rows(clean)), { text: expect.stringContaining('[EMAIL_1]') })
    const source = 'The museum opens at nine. On Mondays it is closed.'
    const grounded = pipeline('grounded')
      .from([{ answer: 'It opens at nine.', source }])
      .step('ai.ground', { input: 'answer', source: 'source', ...short })
    expectRows(await outcome(() => project.rows(grounded)), { claims: expect.any(Array) })
    const measured = pipeline('measured')
      .from([{ query: 'When does it open?', answer: 'At nine.', context: source }])
      .step('ai.rag-eval', {})
    expectRows(await outcome(() => project.rows(measured)), { rag_gaps: expect.any(Object) })
  })
})
