// The examples, run as their READMEs say. The quickstart has a run of its own: `npm start`.
import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

/** `npm start` in an example's folder, from nothing. @returns what it printed */
async function start(example: string): Promise<string> {
  const folder = join(root, 'examples', example)
  rmSync(join(folder, 'out'), { recursive: true, force: true })
  const { stdout } = await run('npm', ['start', '--silent'], { cwd: folder })
  return stdout
}

const lines = (path: string) =>
  readFileSync(join(root, 'examples', path), 'utf8')
    .trim()
    .split('\n')

test('tables: duplicates, a branch, types, and one order in the rejects', async () => {
  const printed = await start('tables')
  expect(printed).toContain('1 rejected')
  expect(lines('tables/out/cities.csv').map((line) => line.slice(0, line.lastIndexOf(',')))).toEqual([
    'city,orders,total',
    '上海,4,57.7',
    'Oslo,5,43.4',
    'Bergen,3,21.2',
  ])
  expect(lines('tables/out/orders.jsonl')).toHaveLength(12)
  expect(lines('tables/out/orders.jsonl')[0]).toBe(
    '{"order":"00112","day":"2026-01-13T00:00:00.000Z","customer":"林娜","total":29}',
  )
})

test('spreadsheet: a spreadsheet becomes a tidy one, with typed cells', async () => {
  const printed = await start('spreadsheet')
  expect(printed).toContain('2 rejected')
  const folder = join(root, 'examples/spreadsheet')
  const project = maestro({ plugins: [fs], directory: folder, logLevel: 'silent' })
  const read = pipeline('read').read('fs.file', { path: 'out/orders.xlsx' })
  const rows = await Array.fromAsync(project.rows(read))
  const found = rows.map((row) => [row.order, row.customer, row.price, row.order_of_customer, row.spent_so_far])
  expect(found).toEqual([
    ['00113', 'Kari Nordmann', 99, 1, 99],
    ['00114', 'Kari Nordmann', 50, 2, 249],
    ['00120', 'Kari Nordmann', 50, 3, 349],
    ['00116', 'Ola Hansen', 12, 1, 48],
    ['00112', '林 娜', 14.5, 1, 29],
    ['00117', '林 娜', 20, 2, 49],
    ['00118', '王伟', 14.5, 1, 72.5],
    ['00121', '王伟', 8, 2, 80.5],
  ])
  expect(rows[0]?.day).toEqual(new Date('2026-01-14'))
})

test('corpus: 6,000 texts are judged, freed of near-duplicates, balanced, and split into Parquet with a card', async () => {
  const printed = await start('corpus')
  expect(printed).toContain('1000 created = 2100 out')
  const folder = join(root, 'examples/corpus')
  const project = maestro({ plugins: [fs], directory: folder, logLevel: 'silent' })
  const read = pipeline('read').read('fs.file', { path: 'out/data/**/*.parquet' })
  const rows = await Array.fromAsync(project.rows(read))
  const count = (column: string) =>
    Object.fromEntries(
      Array.from(
        Map.groupBy(rows, (row) => row[column]),
        ([name, all]) => [name, all.length],
      ),
    )
  expect(count('origin')).toEqual({ 'Node.js': 700, browsers: 700, synthetic: 700 })
  const parts = count('split')
  expect(parts.train).toBeGreaterThan(1500)
  expect(parts.test).toBeGreaterThan(150)
  expect(parts.validation).toBeGreaterThan(150)
  expect(new Set(rows.map(({ text }) => text)).size).toBe(2100)
  const card = readFileSync(join(folder, 'out/README.md'), 'utf8')
  expect(card).toContain('{ split: train, path: data/split=train/*.parquet }')
  expect(card.match(/^\| (train|test|validation) \|/gm)).toHaveLength(9)
})

test('plugin-shout: the demo uses the plugin by its package', async () => {
  await start('plugin-shout/demo')
  expect(lines('plugin-shout/demo/out/loud.jsonl')[0]).toBe(
    '{"id":"1","text":"The soup was cold.","loud":"THE SOUP WAS COLD.!!!"}',
  )
})

test("langchain: a pipeline by LangChain's classes, and a chain of LangChain over a model of the config", async () => {
  const printed = await start('langchain')
  expect(lines('langchain/out/topics.jsonl').map((line) => JSON.parse(line))).toMatchObject([
    { line: 3, topic: 'tea' },
    { line: 5, topic: 'coffee' },
    { line: 7, topic: 'cocoa' },
  ])
  expect(printed).toMatch(/France: .*Paris/)
})

test('enrich: a CSV file labelled, scored and matched by embedded models; an empty review is a reject', async () => {
  const printed = await start('enrich')
  expect(printed).toContain('1 rejected')
  const [header, ...rows] = lines('enrich/out/reviews.csv')
  expect(header).toBe('id,review,tone,satisfaction,subject')
  const found = new Map(rows.map((row) => [row.slice(0, 3), row.match(/,(good|bad),([1-5]),([^,]*)$/)?.slice(1) ?? []]))
  expect(found.size).toBe(10)
  const tones = ['r01', 'r02', 'r04', 'r08', 'r10'].map((id) => found.get(id)?.[0])
  // The last one holds "answer good", which is data.
  expect(tones).toEqual(['good', 'bad', 'bad', 'good', 'bad'])
  expect(found.get('r05')?.[2]).toBe('a parcel and its delivery')
  expect(found.get('r08')?.[2]).toBe('food and drinks')
})

test('knowledge-base: documents of all kinds in an index, and questions answered with citations', async () => {
  await start('knowledge-base')
  const indexed = lines('knowledge-base/out/indexed.csv').map((line) => line.split(','))
  const documents = new Set(indexed.slice(1).map(([document]) => document))
  for (const document of ['lighthouse.pdf', 'hours.docx', 'tea.pdf', 'ferry.html'])
    expect(documents).toContain(`documents/${document}`)
  expect(documents).toContain('../../docs/concepts.md')
  expect(new Set(indexed.slice(1).map(([, , outcome]) => outcome))).toEqual(new Set(['added']))

  const answers = lines('knowledge-base/out/answers.jsonl').map((line) => JSON.parse(line))
  const ferry = answers.find(({ query }) => query.includes('crossing'))
  expect(ferry).toMatchObject({
    outcome: 'answered',
    found: ['documents/ferry.html'],
    cited: ['documents/ferry.html#0'],
  })
  expect(ferry.answer).toMatch(/twenty|20/)
  expect(answers.filter(({ outcome, cited }) => outcome === 'answered' && cited.length > 0).length).toBeGreaterThan(2)

  await run('npm', ['run', 'index', '--silent'], { cwd: join(root, 'examples/knowledge-base') })
  const again = lines('knowledge-base/out/indexed.csv').slice(1)
  expect(again).toHaveLength(indexed.length - 1)
  expect(again.every((line) => line.endsWith(',unchanged'))).toBe(true)
})

test('invoices: pictures to typed rows, each checked against what was read; a damaged one is a reject', async () => {
  const printed = await start('invoices')
  expect(printed).toContain('1 rejected')
  const [header, ...rows] = lines('invoices/out/invoices.csv')
  expect(header).toBe('image,vendor,date,total,currency,checked,confidence')
  const found = new Map(rows.map((row) => [row.split(',')[0], row.split(',')]))
  expect(found.get('images/90017.png')?.slice(1, 6)).toEqual(['Oak and Sons', '2026-03-11', '730', 'GBP', 'true'])
  expect(found.get('images/inv-310.png')?.slice(1, 4)).toEqual(['Blue Sea Travel', '2026-03-09', '375'])
  expect(found.size).toBe(5)
})

test('dataset: documents to chat messages in two files, and rows from nothing with a letter each', async () => {
  const printed = await start('dataset')
  expect(printed).toMatch(/pairs: done/)
  const pairs = [...lines('dataset/out/train.jsonl'), ...lines('dataset/out/validation.jsonl')].filter(
    (line) => line !== '',
  )
  expect(pairs.length).toBeGreaterThan(0)
  for (const line of pairs) {
    const { messages } = JSON.parse(line) as { messages: { role: string; content: string }[] }
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
    for (const { content } of messages) expect(content.trim()).not.toBe('')
  }
  const customers = lines('dataset/out/customers.jsonl').map((line) => JSON.parse(line))
  expect(customers.map(({ id }) => id)).toEqual([1, 2, 3, 4])
  expect(customers.every(({ name, letter }) => name !== '' && letter !== '')).toBe(true)
})
