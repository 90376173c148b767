import {
  defineOperator,
  definePlugin,
  pipeline,
  type TableEngine,
  TableOperator,
  type TableStatement,
} from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../__fixtures__/failed-cases.js'
import { MemoryEngine } from '../__fixtures__/wrong-parts/memory-engine.js'
import { rows } from '../__fixtures__/wrong-parts/operators-for-the-suite.js'
import { rightTableOperators, withEngine, wrongTableOperators } from '../__fixtures__/wrong-parts/table-operators.js'
import { operatorSuite } from '../conformance/operator/operator-suite.js'

const settings = { rows, project: withEngine, options: { by: 'kind' }, patience: 2000 }

// All rules take seconds for each; plugin-table runs them for its operators.
test.each(Object.entries(rightTableOperators))('a right table operator passes: %s', async (_what, part) => {
  for (const rule of ['its declaration is complete and does not change between calls', 'it processes the sample rows'])
    expect(await failureOf(operatorSuite(part, settings), rule)).toBeUndefined()
})

describe.each(wrongTableOperators)('a table operator that $fault', ({ part, rule }) => {
  test(`is found by: ${rule}`, async () => {
    expect(await failureOf(operatorSuite(part, { ...settings, examples: 1 }), rule)).toBeDefined()
  })
})

test('a table operator that declares columns is refused, since they follow from its statements', () => {
  const define = () =>
    defineOperator({
      name: 'acme.table',
      kind: 'table',
      options: {},
      adds: { total: 'integer' },
      create: () => () => [],
    } as never)
  expect(define).toThrow('declares "adds", but its columns follow from its statements')
})

const engine = (change: (right: MemoryEngine) => Partial<MemoryEngine>): TableEngine =>
  Object.assign(new MemoryEngine(), change(new MemoryEngine()))
const writes = (change: (lines: Parameters<MemoryEngine['write']>[1]) => Parameters<MemoryEngine['write']>[1]) =>
  engine((right) => ({ write: (request, lines) => right.write(request, change(lines)) }))
const counts = (change: object) =>
  engine((right) => ({ execute: async (request) => ({ ...(await right.execute(request)), ...change }) }))

const sort: TableStatement = { kind: 'sort', by: [{ column: 'n' }] }
const filter: TableStatement = { kind: 'filter', where: 'n > 1' }
const groups: TableStatement = { kind: 'aggregate', by: ['kind'], values: { count: 'count(*)' } }
const window: TableStatement = { kind: 'window', by: ['kind'], orderBy: [], values: { count: 'count(*)' } }

/** Runs a table operator that brings an engine of its own. */
async function run(own: TableEngine, statement: TableStatement, given = 6, checks: 'sample' | 'strict' = 'sample') {
  class Own extends TableOperator {
    override readonly statements = [statement]
    override async createEngine() {
      return own
    }
  }
  const operator = defineOperator({ name: 'acme.own', kind: 'table', options: {}, create: () => new Own() })
  const plugins = [definePlugin({ name: 'acme', operators: [operator as never] })]
  const project = maestro({ plugins, logLevel: 'silent', run: { checks } })
  const all = Array.from({ length: given }, (_, n) => ({ n, text: `text ${n}`, kind: n % 2 === 0 ? 'x' : 'y' }))
  const steps = pipeline('p')
    .from(all)
    .step('acme.own' as never, {} as never, { id: 'culprit' })
  let written = 0
  await project.runTo(steps, { write: (batch) => void (written += batch.rows.length) })
  return written
}

test.each([
  ['sorts', sort, 300],
  ['filters', filter, 298],
  ['groups', groups, 2],
  ['adds columns', window, 300],
])('the rows of a right engine that %s pass every check', async (_what, statement, expected) => {
  expect(await run(new MemoryEngine(), statement, 300, 'strict')).toBe(expected)
})

describe.each<[string, TableStatement, TableEngine, string]>([
  ['drops a row', sort, writes((lines) => lines.slice(1)), 'wrote 5 rows, and says that it wrote 6'],
  [
    'drops a row and counts it',
    sort,
    engine((right) => ({ apply: (statement, lines) => right.apply(statement, lines).slice(1) })),
    'dropped 1 rows, which no statement asks for',
  ],
  ['drops a group', groups, writes((lines) => lines.slice(1)), 'wrote 1 rows, and says that it wrote 2'],
  ['doubles a row', sort, writes((lines) => [...lines.slice(0, 1), ...lines]), 'wrote two rows with the id rows:1'],
  [
    'writes one row in place of another',
    filter,
    writes((lines) => [...lines.slice(0, 1), ...lines.slice(0, -1)]),
    'wrote two rows with the id',
  ],
  [
    'gives its rows other ids',
    filter,
    writes((lines) => lines.map((line, n) => ({ ...line, id: `new${n}` }))),
    'wrote the row new0, which it was not given',
  ],
  [
    'moves the ids by one',
    filter,
    writes((lines) => lines.map((line, n) => ({ ...line, id: lines.at(n - 1)?.id ?? '' }))),
    'changed the column "n"',
  ],
  [
    'changes a value',
    window,
    writes((lines) => lines.map(({ id, row }) => ({ id, row: { ...row, n: 7 } }))),
    'changed the column "n"',
  ],
  [
    'makes texts of numbers',
    sort,
    writes((lines) => lines.map(({ id, row }) => ({ id, row: { ...row, n: String(row.n) } }))),
    'changed the column "n"',
  ],
  [
    'drops a column',
    filter,
    writes((lines) => lines.map(({ id, row: { text: _, ...row } }) => ({ id, row }))),
    'without the column "text"',
  ],
  [
    'adds a column',
    filter,
    writes((lines) => lines.map(({ id, row }) => ({ id, row: { ...row, more: 1 } }))),
    'with the column "more"',
  ],
  [
    'adds a column to groups',
    groups,
    writes((lines) => lines.map(({ id, row }) => ({ id, row: { ...row, more: 1 } }))),
    'with the column "more"',
  ],
  [
    'does not add the column of a window',
    window,
    writes((lines) => lines.map(({ id, row: { count: _, ...row } }) => ({ id, row }))),
    'without the column "count"',
  ],
  [
    'drops a column of groups',
    groups,
    writes((lines) => lines.map(({ id, row: { count: _, ...row } }) => ({ id, row }))),
    'without the column "count"',
  ],
  ['turns the rows around', filter, writes((lines) => lines.toReversed()), 'wrote its rows in another order'],
  [
    'counts nothing',
    sort,
    engine((right) => ({ execute: async (request) => void (await right.execute(request)) as never })),
    'counted nothing as rowsIn',
  ],
  ['counts texts', sort, counts({ rowsOut: '6' }), 'as rowsOut; it is a number of rows'],
  ['counts fewer than no rows', sort, counts({ dropped: -1 }), 'as dropped; it is a number of rows'],
  ['counts new rows without groups', sort, counts({ created: 1, dropped: 1 }), 'counted 1 new rows'],
  ['counts merged rows without duplicates', filter, counts({ merged: 1, dropped: 0 }), 'merged 1 rows'],
])('an engine that %s', (_fault, statement, own, message) => {
  test('fails the run, which names step and engine', async () => {
    await expect(run(own, statement)).rejects.toMatchObject({
      code: 'MAESTRO_STEP_CONTRACT',
      step: 'culprit',
      message: expect.stringMatching(`^culprit \\(acme.own\\) .*${message}.* \\(in the table engine acme.engine\\)`),
    })
  })
})

test('a fault in a late row of many is found when every row is checked', async () => {
  const own = writes((lines) =>
    lines.map((line, n) => (n === 24_000 ? { id: line.id, row: { ...line.row, n: 0 } } : line)),
  )
  expect(await run(own, sort, 25_000)).toBe(25_000)
  await expect(run(own, sort, 25_000, 'strict')).rejects.toMatchObject({ code: 'MAESTRO_STEP_CONTRACT' })
})

test('an engine that leaves the last rows of many out fails the run', async () => {
  await expect(
    run(
      writes((lines) => lines.slice(0, -1)),
      sort,
      25_000,
    ),
  ).rejects.toMatchObject({
    code: 'MAESTRO_RUN_COUNTS',
    step: 'culprit',
  })
})
