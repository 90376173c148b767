import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, scriptedServing } from '@maestro-dataflow/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { Annotator, type AnnotatorOptions } from './annotate.js'
import { Cleaner, type CleanerOptions, undoCleaning } from './clean.js'
import { cohensKappa } from './cohens-kappa.js'
import { ColumnDescriber } from './describe-columns.js'
import { applyOperation, type CleaningOperation } from './operations.js'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maestro-cleaning-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))
const fileOf = (name: string) => JSON.parse(readFileSync(join(directory, name), 'utf8'))

describe('describing columns', () => {
  test('each column has a meaning of its own, and the known facts of the table reach the model', async () => {
    const serving = scriptedServing((request) => {
      const name = /"name":"([^"]+)"/.exec(questionOf(request))?.[1]
      return JSON.stringify({ meaning: `The ${name}.`, unit: name === 'weight' ? 'kg' : null })
    })
    const rows = [
      { city: '上海', weight: 2.5, note: null },
      { city: 'Oslo', weight: 3 },
      { city: 'Oslo', weight: null, note: null },
    ]
    const storage = new MemoryStorage(rows)
    await new ColumnDescriber({ serving, about: 'parcels of a week' }).run(storage)
    expect(await storage.rows()).toEqual([
      {
        column: 'city',
        type: 'string',
        nulls: 0,
        distinct: 2,
        examples: ['Oslo', '上海'],
        meaning: 'The city.',
        unit: null,
      },
      {
        column: 'weight',
        type: 'number',
        nulls: 1,
        distinct: 2,
        examples: ['2.5', '3'],
        meaning: 'The weight.',
        unit: 'kg',
      },
      { column: 'note', type: 'empty', nulls: 3, distinct: 0, examples: [], meaning: 'The note.', unit: null },
    ])
    expect(serving.requests).toHaveLength(3)
    expect(String(serving.requests[0]?.messages[0]?.content)).toContain('parcels of a week')
    expect(questionOf(serving.requests[1] ?? { messages: [] })).toContain('"min":2.5,"max":3')
  })

  test('300 columns, and a table without rows', async () => {
    const serving = scriptedServing(() => '{"meaning":"m","unit":null}')
    const wide = new MemoryStorage([Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`c${n}`, n]))])
    await new ColumnDescriber({ serving }).run(wide)
    expect(await wide.rows()).toHaveLength(300)
    const empty = new MemoryStorage([])
    await new ColumnDescriber({ serving }).run(empty)
    expect(await empty.rows()).toEqual([])
  })

  test('in a pipeline the rows are columns from there on', async () => {
    const serving = scriptedServing(() => '{"meaning":"Its name.","unit":null}')
    const described = pipeline('p')
      .from([{ name: 'Ann' }])
      .step('ai.describe-columns', { about: 'people' })
      .map((row) => ({ text: `${row.column}: ${row.meaning}` }))
    expect(await Array.fromAsync(maestro({ plugins: [ai], servings: { default: serving } }).rows(described))).toEqual([
      { text: 'name: Its name.' },
    ])
  })
})

test.each<[CleaningOperation, unknown, unknown]>([
  [{ operation: 'trim' }, '  a \n b ', 'a b'],
  [{ operation: 'unicode', form: 'NFKC' }, 'ＡＢＣ１', 'ABC1'],
  [{ operation: 'case', to: 'upper' }, 'straße', 'STRASSE'],
  [{ operation: 'replace', from: 'Oslp', to: 'Oslo' }, 'Oslp', 'Oslo'],
  [{ operation: 'replace', from: '.*', to: 'x' }, 'anything', 'anything'],
  [{ operation: 'null', values: ['N/A', '-'] }, '-', null],
  [{ operation: 'number', decimal: ',', thousands: '.' }, '1.234,50', 1234.5],
  [{ operation: 'number', decimal: '.', thousands: '' }, '12 pieces', '12 pieces'],
  [{ operation: 'date', format: 'DD.MM.YYYY' }, '31.12.2025', new Date('2025-12-31')],
  [{ operation: 'date', format: 'DD.MM.YYYY' }, '31.02.2025', '31.02.2025'],
  [{ operation: 'boolean', true: ['yes'], false: ['no'] }, 'no', false],
  [{ operation: 'boolean', true: ['yes'], false: ['no'] }, 'perhaps', 'perhaps'],
  [{ operation: 'fill', value: 0 }, null, 0],
  [{ operation: 'trim' }, 7, 7],
])('%j on %j', (operation, before, after) => expect(applyOperation(before, operation)).toEqual(after))

describe('cleaning', () => {
  const rows = [
    { id: 1, city: ' Oslo', amount: '1,5' },
    { id: 2, city: 'Oslp', amount: '2,0' },
    { id: 3, city: 'Bergen', amount: 'n/a' },
  ]
  const proposing = (byColumn: Readonly<Record<string, readonly object[]>>) =>
    scriptedServing((request) => {
      const column = /"column":"([^"]+)"/.exec(questionOf(request))?.[1] ?? ''
      return JSON.stringify({ proposals: byColumn[column] ?? [] })
    })
  const good = {
    city: [
      { operation: { operation: 'trim' }, confidence: 0.9 },
      { operation: { operation: 'replace', from: 'Oslp', to: 'Oslo' }, confidence: 0.9 },
    ],
    amount: [
      { operation: { operation: 'null', values: ['n/a'] }, confidence: 0.9 },
      { operation: { operation: 'number', decimal: ',', thousands: '' }, confidence: 0.9 },
    ],
  }
  const cleanRows = [
    { id: 1, city: 'Oslo', amount: 1.5 },
    { id: 2, city: 'Oslo', amount: 2 },
    { id: 3, city: 'Bergen', amount: null },
  ]
  async function clean(options: Partial<CleanerOptions>, given: readonly Row[] = rows, how = {}) {
    const storage = new MemoryStorage(given)
    await new Cleaner({ access: { directory }, ...options }).run(storage, how)
    return storage.rows()
  }
  const withoutChanges = (all: readonly Row[]) => all.map(({ changes: _, ...row }) => row)

  test('without apply nothing is changed, and the plan shows the changes with examples', async () => {
    const out = await clean({ serving: proposing(good), plan: 'plans/clean.json' })
    expect(out).toEqual(rows.map((row) => ({ ...row, changes: [] })))
    expect(fileOf('plans/clean.json')).toMatchObject({
      columns: ['id', 'city', 'amount'],
      rows: 3,
      operations: [
        {
          column: 'city',
          operation: { operation: 'trim' },
          changes: 1,
          examples: [{ before: ' Oslo', after: 'Oslo' }],
        },
        { column: 'city', changes: 1 },
        { column: 'amount', changes: 1 },
        { column: 'amount', changes: 2 },
      ],
    })
  })

  test('a plan that was read is applied by the next run, without a model, as it was corrected', async () => {
    await clean({ serving: proposing(good), plan: 'clean.json' })
    const plan = fileOf('clean.json')
    plan.operations = plan.operations.filter(({ column }: { column: string }) => column === 'city')
    writeFileSync(join(directory, 'clean.json'), JSON.stringify(plan))
    const out = await clean({ plan: 'clean.json' })
    expect(withoutChanges(out)).toEqual(rows.map((row, index) => ({ ...row, city: cleanRows[index]?.city })))
  })

  test('an applied change can be undone exactly', async () => {
    const out = await clean({ serving: proposing(good), apply: true })
    expect(withoutChanges(out)).toEqual(cleanRows)
    expect(out[0]?.changes).toEqual([
      { column: 'city', before: ' Oslo', operations: ['trim'] },
      { column: 'amount', before: '1,5', operations: ['number'] },
    ])
    expect(out.map((row) => undoCleaning(row))).toEqual(rows)
  })

  test('proposals that the model is not sure of, that change nothing, or too much, are left out', async () => {
    const serving = proposing({
      city: [
        { operation: { operation: 'trim' }, confidence: 0.5 },
        { operation: { operation: 'replace', from: 'Paris', to: 'London' }, confidence: 1 },
        { operation: { operation: 'null', values: [' Oslo', 'Oslp', 'Bergen'] }, confidence: 1 },
      ],
    })
    expect(withoutChanges(await clean({ serving, apply: true }))).toEqual(rows)
  })

  test('a value outside the closed list is not proposed', async () => {
    const wrong = JSON.stringify({
      proposals: [{ operation: { operation: 'eval', code: 'process.exit()' }, confidence: 1 }],
    })
    const asked = clean({ serving: scriptedServing(() => wrong), apply: true })
    await expect(asked).rejects.toMatchObject({ code: 'MAESTRO_SERVING_SCHEMA_MISMATCH' })
  })

  test.each<[string, string, string]>([
    ['no JSON', '{', 'it is not valid JSON'],
    ['no plan', '{"operations":[]}', 'columns'],
    [
      'for another table',
      '{"columns":["x"],"rows":1,"operations":[{"column":"x","operation":{"operation":"trim"},"confidence":1,"changes":1,"examples":[]}]}',
      'the table has no column "x"',
    ],
  ])('a file that is %s is an error, and nothing is changed', async (_what, text, reason) => {
    writeFileSync(join(directory, 'clean.json'), text)
    await expect(clean({ plan: 'clean.json' })).rejects.toThrow(reason)
  })

  test('a preview writes no plan; a plan outside of the project is refused; without plan and model it says so', async () => {
    await clean({ serving: proposing(good), plan: 'clean.json' }, rows, { preview: true })
    expect(() => fileOf('clean.json')).toThrow('ENOENT')
    await expect(clean({ serving: proposing(good), plan: '../clean.json' })).rejects.toMatchObject({
      code: 'MAESTRO_STORAGE_PATH_OUTSIDE',
    })
    await expect(clean({})).rejects.toThrow('a plan is required, or a serving')
  })

  test('in a pipeline', async () => {
    const project = maestro({ plugins: [ai], directory, servings: { default: proposing(good) }, logLevel: 'silent' })
    const cleaned = pipeline('p')
      .from(rows)
      .step('ai.clean', { apply: true, columns: ['city'] })
    const out = await Array.fromAsync(project.rows(cleaned))
    expect(out.map((row) => row.changes.map(({ column }) => column))).toEqual([['city'], ['city'], []])
  })
})

describe('annotating', () => {
  const rows = ['a cat', 'a dog', 'a cow', 'a horse'].map((text) => ({ text }))
  const says = (labels: Readonly<Record<string, string>>) =>
    scriptedServing((request) => JSON.stringify({ label: labels[/a (\w+)/.exec(questionOf(request))?.[1] ?? ''] }))
  const first = says({ cat: 'small', dog: 'small', cow: 'large', horse: 'large' })
  const second = says({ cat: 'small', dog: 'large', cow: 'large', horse: 'large' })
  async function annotate(options: Partial<AnnotatorOptions> = {}) {
    const storage = new MemoryStorage(rows)
    const all = { input: 'text', labels: ['small', 'large'], serving: first, second, access: { directory }, ...options }
    const result = await new Annotator(all).run(storage)
    return { ...result, rows: await storage.rows() }
  }

  test('a label is set where two models agree; otherwise it is null and up for review', async () => {
    const { rows: out } = await annotate()
    expect(out.map((row) => [row.label, row.label_first, row.label_second, row.label_outcome])).toEqual([
      ['small', 'small', 'small', 'agreed'],
      [null, 'small', 'large', 'to-review'],
      ['large', 'large', 'large', 'agreed'],
      ['large', 'large', 'large', 'agreed'],
    ])
  })

  test('the file lists the open decisions, and the decisions made in it count from then on', async () => {
    await annotate({ review: 'review.jsonl' })
    const line = fileOf('review.jsonl')
    expect(line).toEqual({ id: 'rows:2', text: 'a dog', first: 'small', second: 'large', decision: null })
    writeFileSync(join(directory, 'review.jsonl'), `${JSON.stringify({ ...line, decision: 'large' })}\n`)
    const { rows: out } = await annotate({ review: 'review.jsonl' })
    expect(out[1]).toMatchObject({ label: 'large', label_outcome: 'decided' })
    expect(fileOf('review.jsonl')).toMatchObject({ decision: 'large' })
  })

  test('a decision holds for the text that was decided on, and stays in the file without its row', async () => {
    const decided = { id: 'rows:2', text: 'an old text', first: 'small', second: 'large', decision: 'large' }
    const elsewhere = { ...decided, id: 'rows:9', note: 'by Ann' }
    const path = join(directory, 'review.jsonl')
    writeFileSync(path, `\uFEFF${JSON.stringify(elsewhere)}\r\n${JSON.stringify(decided)}\r\n`)
    const { rows: out } = await annotate({ review: 'review.jsonl' })
    expect(out[1]).toMatchObject({ label: null, label_outcome: 'to-review' })
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([{ ...decided, text: 'a dog', decision: null }, elsewhere])
  })

  test.each([
    ['{', 'it is not valid JSON'],
    ['{"id":"rows:2"}', '"id" and "decision"'],
    ['{"id":"rows:2","decision":"huge"}', '"huge" is not one of the labels'],
  ])('a decision that is none is an error: %s', async (text, reason) => {
    writeFileSync(join(directory, 'review.jsonl'), `\n${text}`)
    await expect(annotate({ review: 'review.jsonl' })).rejects.toThrow('Line 2 of review.jsonl is not a decision')
    await expect(annotate({ review: 'review.jsonl' })).rejects.toThrow(reason)
  })

  test('a row without a label from the model is rejected, and is not labeled "ERROR"', async () => {
    const { rows: out, rejected } = await annotate({
      second: says({ cat: 'small', dog: 'huge', cow: 'large', horse: 'large' }),
    })
    expect([out.length, rejected.length]).toEqual([3, 1])
    expect(JSON.stringify(out)).not.toMatch(/error/i)
  })

  test('several labels agree in any order', async () => {
    const several = (...labels: readonly string[]) => scriptedServing(() => JSON.stringify({ labels }))
    const { rows: out } = await annotate({
      multi: true,
      serving: several('small', 'large'),
      second: several('large', 'small'),
    })
    expect(out[0]).toMatchObject({ label: ['small', 'large'], label_outcome: 'agreed' })
  })
})

test.each<[readonly (readonly [string, string])[], number | undefined]>([
  [
    [
      ['a', 'a'],
      ['b', 'b'],
    ],
    1,
  ],
  [
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    -1,
  ],
  [
    [
      ['a', 'a'],
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'b'],
    ],
    0,
  ],
  [
    [
      ['a', 'a'],
      ['a', 'a'],
    ],
    undefined,
  ],
  [[], undefined],
])('kappa of %j', (pairs, kappa) => expect(cohensKappa(pairs)).toBe(kappa))
