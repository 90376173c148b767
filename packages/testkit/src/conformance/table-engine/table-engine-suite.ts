import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Columns,
  decodeStepLine,
  encodeStepLine,
  MaestroError,
  type Row,
  type TableCounts,
  type TableEngine,
  type TableFile,
  type TableStatement,
} from '@maestro-dataflow/core'
import { oddNames, oddTexts } from '../../fuzz/odd-values.js'
import { columnsOf } from '../../fuzz/row-arbitrary.js'
import { MadeThings } from '../made-things.js'
import { watch, within } from '../outcomes.js'
import { createSuite, type Suite, type SuiteOptions } from '../suite.js'

/** The options of the suite for table engines. */
export interface TableEngineSuiteOptions<Name extends string = string> extends SuiteOptions<Name> {
  /** The milliseconds within which a request must end. @default 30000 */
  readonly patience?: number
}

interface TableEngineSubject {
  readonly engine: TableEngine
  make(): Promise<TableEngine>
  readonly patience: number
}

interface Answer {
  readonly ids: readonly string[]
  readonly rows: readonly Row[]
  readonly counts: TableCounts
  readonly rejects: readonly { readonly id: string; readonly error: MaestroError }[]
  /** The files of the folder, besides input and output. */
  readonly left: readonly string[]
}

const rows: readonly Row[] = [
  { n: 3, text: 'c', kind: 'x' },
  { n: 1, text: 'a', kind: 'y' },
  { n: null, text: 'none', kind: 'x' },
  { n: 2, text: 'b', kind: 'y' },
  { n: 1, text: 'a again', kind: 'x' },
]
const columns: Columns = { n: 'integer', text: 'string', kind: 'string' }

const cases = {
  async 'has a name'({ engine }: TableEngineSubject) {
    assert.ok(typeof engine.name === 'string' && engine.name.trim() !== '', 'it has no name')
  },

  async 'a filter keeps the rows for which its expression is true'(subject: TableEngineSubject) {
    const { ids, counts } = await run(subject, rows, [{ kind: 'filter', where: 'n > 1' }])
    assert.deepEqual(ids, ['r1', 'r4'])
    assertCounts(counts, { rowsIn: 5, rowsOut: 2, dropped: 3 })
  },

  async 'a sort orders rows, and keeps the order of equal ones'(subject: TableEngineSubject) {
    const order = async (by: object) => (await run(subject, rows, [{ kind: 'sort', by: [{ column: 'n', ...by }] }])).ids
    assert.deepEqual(await order({}), ['r2', 'r5', 'r4', 'r1', 'r3'])
    assert.deepEqual(await order({ descending: true }), ['r1', 'r4', 'r2', 'r5', 'r3'], 'descending')
    assert.deepEqual(await order({ nulls: 'first' }), ['r3', 'r2', 'r5', 'r4', 'r1'], 'rows without a value first')
  },

  async 'a limit takes rows from a place on'(subject: TableEngineSubject) {
    const { ids, counts } = await run(subject, rows, [{ kind: 'limit', count: 2, offset: 1 }])
    assert.deepEqual(ids, ['r2', 'r3'])
    assertCounts(counts, { rowsIn: 5, rowsOut: 2, dropped: 3 })
  },

  async 'a sample has its size, and is the same for the same seed'(subject: TableEngineSubject) {
    const many = Array.from({ length: 50 }, (_, n) => ({ n, text: `row ${n}`, kind: 'x' }))
    const sample = (seed: number) => run(subject, many, [{ kind: 'sample', seed, count: 7 }])
    const first = await sample(1)
    assert.equal(first.ids.length, 7)
    assert.deepEqual(await sample(1).then(({ ids }) => ids), first.ids, 'the same seed')
    const others = await Promise.all([2, 3, 4].map(sample))
    assert.ok(
      others.some(({ ids }) => ids.join() !== first.ids.join()),
      'every seed gives the same sample',
    )
    assertCounts(first.counts, { rowsIn: 50, rowsOut: 7, dropped: 43 })
  },

  async 'duplicates are merged into the first or the last row'(subject: TableEngineSubject) {
    const keep = (which: 'first' | 'last') => run(subject, rows, [{ kind: 'dedupe', by: ['n'], keep: which }])
    const first = await keep('first')
    assert.deepEqual(first.ids.toSorted(), ['r1', 'r2', 'r3', 'r4'])
    assert.deepEqual((await keep('last')).ids.toSorted(), ['r1', 'r3', 'r4', 'r5'])
    assertCounts(first.counts, { rowsIn: 5, rowsOut: 4, merged: 1 })
  },

  async 'an aggregate makes one row of each group'(subject: TableEngineSubject) {
    const statement: TableStatement = { kind: 'aggregate', by: ['kind'], values: { count: 'count(*)' } }
    const { rows: groups, ids, counts } = await run(subject, rows, [statement])
    const byKind = Object.fromEntries(groups.map(({ kind, count }) => [String(kind), Number(count)]))
    assert.deepEqual(byKind, { x: 3, y: 2 })
    assert.equal(new Set(ids).size, 2, 'two groups have one id')
    assert.deepEqual(
      (await run(subject, rows, [statement])).ids.toSorted(),
      ids.toSorted(),
      'the ids of groups differ from run to run',
    )
    assertCounts(counts, { rowsIn: 5, rowsOut: 2, merged: 5, created: 2 })
  },

  async 'values and ids stay as they are'(subject: TableEngineSubject) {
    const odd = [
      ...oddTexts.map((text, n) => ({ n, text, kind: 'x', more: { text, list: [text, null, 1.5] } })),
      { n: Number.MAX_SAFE_INTEGER, text: null, kind: 'y', more: 1e300 },
      { n: -1, text: '语'.repeat(20_000), kind: 'y', more: 0.1 },
    ]
    const known = { ...columns, more: 'unknown' } as const
    const { ids, rows: out, rejects } = await run(subject, odd, [{ kind: 'limit', count: 1000 }], known)
    assert.deepEqual(rejects, [])
    assert.deepEqual(
      ids,
      odd.map((_, index) => `r${index + 1}`),
    )
    for (const [index, row] of odd.entries()) assert.deepEqual(out[index], row, `row ${ids[index]}`)
  },

  async 'columns may have unusual names'(subject: TableEngineSubject) {
    for (const name of oddNames.filter((known) => known !== '__proto__')) {
      const named = rows.map(({ n, text }) => ({ [name]: n, text }))
      const { ids } = await run(subject, named, [{ kind: 'sort', by: [{ column: name }] }], {
        [name]: 'integer',
        text: 'string',
      })
      assert.deepEqual(ids, ['r2', 'r5', 'r4', 'r1', 'r3'], `sorted by ${JSON.stringify(name)}`)
    }
  },

  async 'a parameter is a value and no part of the expression'(subject: TableEngineSubject) {
    const texts = ["a' OR '1'='1", '"; --', '你好', 'a']
    for (const text of texts) {
      const given = texts.map((own) => ({ n: 1, text: own, kind: 'x' }))
      const { rows: out } = await run(subject, given, [
        { kind: 'filter', where: 'text = $wanted', params: { wanted: text } },
      ])
      assert.deepEqual(
        out.map((row) => row.text),
        [text],
      )
    }
  },

  async 'a fault of a statement is found before any row is read'({ engine }: TableEngineSubject) {
    const set = { columns, open: false }
    assert.deepEqual((await engine.prepare([{ kind: 'filter', where: 'n > 1' }], set)).faults, [])
    const wrong: readonly TableStatement[] = [
      { kind: 'filter', where: 'nothing_of_it > 1' },
      { kind: 'filter', where: 'n >' },
      { kind: 'sort', by: [{ column: 'nothing_of_it' }] },
      { kind: 'dedupe', by: ['nothing_of_it'], keep: 'first' },
    ]
    for (const statement of wrong) {
      const { faults, reads } = await engine.prepare([statement], set)
      // An unknown column may also be told as one that the statement reads.
      assert.ok(
        faults.length > 0 || reads.includes('nothing_of_it'),
        `it finds no fault in ${JSON.stringify(statement)}`,
      )
      assert.ok(
        faults.every((fault) => MaestroError.is(fault)),
        'a fault is not a typed error',
      )
    }
  },

  async 'an expression reaches neither files nor other tables'({ engine }: TableEngineSubject) {
    for (const where of [
      "(select count(*) from read_text('/etc/hostname')) > 0",
      'exists(select 1)',
      'n > 1; drop table rows',
    ]) {
      const { faults } = await engine.prepare([{ kind: 'filter', where }], { columns, open: false })
      assert.ok(faults.length > 0, `it accepts the expression ${where}`)
    }
  },

  async 'a line that is not a row is rejected, and the others are read'(subject: TableEngineSubject) {
    const lines = ['{"n":1,"text":"a","kind":"x"}', '{"n":2', '{"n":3,"text":"c","kind":"x"}']
    const { ids, rejects, counts } = await run(subject, lines, [{ kind: 'limit', count: 9 }])
    assert.deepEqual(ids, ['r1', 'r3'])
    assert.deepEqual(
      rejects.map(({ id }) => id),
      ['r2'],
    )
    assert.ok(
      rejects.every(({ error }) => MaestroError.is(error)),
      'the error of a rejected line is not typed',
    )
    assertCounts(counts, { rowsIn: 3, rowsOut: 2, rejected: 1 })
  },

  async 'an input without rows is not a fault'(subject: TableEngineSubject) {
    const statements: readonly TableStatement[] = [
      { kind: 'filter', where: 'n > 1' },
      { kind: 'sort', by: [{ column: 'n' }] },
      { kind: 'dedupe', by: ['n'], keep: 'last' },
    ]
    for (const statement of statements) {
      const { counts } = await run(subject, [], [statement])
      assertCounts(counts, { rowsIn: 0, rowsOut: 0 })
    }
  },

  async 'requests at once do not disturb each other'(subject: TableEngineSubject) {
    const limits = [1, 2, 3, 4]
    const answers = await Promise.all(limits.map((count) => run(subject, rows, [{ kind: 'limit', count }])))
    assert.deepEqual(
      answers.map(({ ids }) => ids.length),
      limits,
    )
  },

  async 'leaves no file but its output'(subject: TableEngineSubject) {
    const { left } = await run(subject, rows, [{ kind: 'sort', by: [{ column: 'n' }] }])
    assert.deepEqual(left, [])
  },

  async 'ends when its signal has fired'(subject: TableEngineSubject) {
    const stopped = await watch(run(subject, rows, [{ kind: 'limit', count: 1 }], columns, AbortSignal.abort())).outcome
    assert.ok('error' in stopped, 'it works on although its signal has fired')
    assert.deepEqual((await run(subject, rows, [{ kind: 'limit', count: 1 }])).ids, ['r1'])
  },

  async 'can be freed twice'({ make, patience }: TableEngineSubject) {
    const engine = await make()
    await engine.prepare([], { columns, open: false })
    for (let time = 0; time < 2; time++) await within(patience, 'freeing it', engine.dispose())
  },
}

function assertCounts(counts: TableCounts, expected: Partial<TableCounts>): void {
  assert.deepEqual(
    { ...counts },
    { rowsIn: 0, rowsOut: 0, rejected: 0, dropped: 0, merged: 0, created: 0, ...expected },
  )
}

/** Runs statements over rows, or over lines of text that may be no rows. */
async function run(
  { engine, patience }: TableEngineSubject,
  given: readonly (Row | string)[],
  statements: readonly TableStatement[],
  types: Columns = given === rows
    ? columns
    : { ...columnsOf(given.filter((row) => typeof row !== 'string')), ...columns },
  signal: AbortSignal = new AbortController().signal,
): Promise<Answer> {
  const directory = await mkdtemp(join(tmpdir(), 'maestro-testkit-'))
  try {
    const isText = given.some((row) => typeof row === 'string')
    const lines = given.map((row, index) => (typeof row === 'string' ? row : encodeStepLine(`r${index + 1}`, row)))
    const input: TableFile = isText
      ? { path: join(directory, 'input.jsonl'), format: 'rows', idPrefix: 'r' }
      : { path: join(directory, 'input.jsonl'), format: 'step' }
    await writeFile(input.path, lines.map((line) => `${line}\n`).join(''))
    const output: TableFile = { path: join(directory, 'output.jsonl'), format: 'step' }
    const rejects: { id: string; error: MaestroError }[] = []
    const reject = ({ id, error }: { readonly id: string; readonly error: MaestroError }) =>
      void rejects.push({ id, error })
    const request = {
      input: [input],
      columns: { columns: types, open: false },
      statements,
      output,
      reject,
      signal,
      directory,
    }
    const counts = await within(patience, 'a request', engine.execute(request))
    const text = await readFile(output.path, 'utf8')
    const out = text
      .split('\n')
      .filter((line) => line !== '')
      .map(decodeStepLine)
    const left = (await readdir(directory)).filter((name) => name !== 'input.jsonl' && name !== 'output.jsonl')
    return { ids: out.map(({ id }) => id), rows: out.map(({ row }) => row), counts, rejects, left }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The cases of the suite for table engines. */
export type TableEngineCase = keyof typeof cases

/** The rules for every table engine. @param makeEngine Creates a new one at each call; the suite disposes what it created */
export function tableEngineSuite(
  makeEngine: () => TableEngine | Promise<TableEngine>,
  options: TableEngineSuiteOptions<TableEngineCase> = {},
): Suite {
  const { patience = 30_000 } = options
  const made = new MadeThings(makeEngine)
  return createSuite<TableEngineSubject, TableEngineCase>({
    title: 'a table engine',
    cases,
    options,
    open: async () => ({ engine: await made.make(), make: made.make, patience }),
    close: () => made.dispose(patience),
  })
}
