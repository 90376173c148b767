import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { MaestroError, type TableEngine, type TableStatement } from '@maestro-dataflow/core'
import { growthOf } from '../growth.js'
import { MadeThings } from '../made-things.js'
import { watch, within } from '../outcomes.js'
import { withoutPrinting } from '../printing.js'
import { processChangesOf } from '../process-changes.js'
import { createSuite, type Suite, type SuiteOptions } from '../suite.js'
import { tableEdgeCases } from './table-engine-edge-cases.js'
import { tableManyRowsCases } from './table-engine-many-rows-cases.js'
import { tableParquetCases } from './table-engine-parquet-cases.js'
import { tableStatementCases } from './table-engine-statement-cases.js'
import { assertCounts, run, sampleColumns, sampleRows, type TableEngineSubject } from './table-engine-subject.js'
import { tableValueCases } from './table-engine-value-cases.js'

/** The options of the suite for table engines. */
export interface TableEngineSuiteOptions<Name extends string = string> extends SuiteOptions<Name> {
  /** The milliseconds within which a request must end. @default 30000 */
  readonly patience?: number
}

const planCases = {
  async 'has a name'({ engine }: TableEngineSubject) {
    assert.ok(typeof engine.name === 'string' && engine.name.trim() !== '', 'it has no name')
  },

  async 'a fault of a statement is found before any row is read'({ engine }: TableEngineSubject) {
    const set = { columns: sampleColumns, open: false }
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

  async 'a parameter without a value is a fault'({ engine }: TableEngineSubject) {
    const set = { columns: sampleColumns, open: false }
    const faultsOf = async (params?: Readonly<Record<string, string>>) => {
      const statement = {
        kind: 'filter',
        where: 'text = $wanted',
        ...(params === undefined ? {} : { params }),
      } as const
      return (await engine.prepare([statement], set)).faults
    }
    assert.deepEqual(await faultsOf({ wanted: 'a' }), [])
    for (const params of [undefined, {}, { other: 'a' }]) {
      const faults = await faultsOf(params)
      assert.ok(faults.length > 0, 'it finds no fault in an expression whose $name has no value')
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
      const { faults } = await engine.prepare([{ kind: 'filter', where }], { columns: sampleColumns, open: false })
      assert.ok(faults.length > 0, `it accepts the expression ${where}`)
    }
  },

  async 'the columns of a result are known before any row is read'({ engine }: TableEngineSubject) {
    const set = { columns: sampleColumns, open: false }
    const after = async (statement: TableStatement) => {
      const { faults, columns, adds } = await engine.prepare([statement], set)
      assert.deepEqual(faults, [])
      return Object.keys({ ...(columns ?? sampleColumns), ...adds }).toSorted()
    }
    assert.deepEqual(await after({ kind: 'sort', by: [{ column: 'n' }] }), ['kind', 'n', 'text'])
    const values = { count: 'count(*)' }
    assert.deepEqual(await after({ kind: 'aggregate', by: ['kind'], values }), ['count', 'kind'])
    assert.deepEqual(await after({ kind: 'window', by: ['kind'], orderBy: [], values }), ['count', 'kind', 'n', 'text'])
  },

  async 'the columns that a statement reads are known before any row is read'({ engine }: TableEngineSubject) {
    const set = { columns: sampleColumns, open: false }
    const statements: readonly TableStatement[] = [
      { kind: 'filter', where: 'n > 1' },
      { kind: 'sort', by: [{ column: 'n' }] },
      { kind: 'dedupe', by: ['n'], keep: 'first' },
    ]
    for (const statement of statements)
      assert.ok((await engine.prepare([statement], set)).reads.includes('n'), `not those of a ${statement.kind}`)
  },
}

const lifeCases = {
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
    const answers = await Promise.all(limits.map((count) => run(subject, sampleRows, [{ kind: 'limit', count }])))
    assert.deepEqual(
      answers.map(({ ids }) => ids.length),
      limits,
    )
  },

  async 'leaves no file but its output'(subject: TableEngineSubject) {
    const { left } = await run(subject, sampleRows, [{ kind: 'sort', by: [{ column: 'n' }] }])
    assert.deepEqual(left, [])
  },

  async 'ends when its signal has fired'(subject: TableEngineSubject) {
    const stopped = await watch(
      run(subject, sampleRows, [{ kind: 'limit', count: 1 }], { signal: AbortSignal.abort() }),
    ).outcome
    assert.ok('error' in stopped, 'it works on although its signal has fired')
    assert.deepEqual((await run(subject, sampleRows, [{ kind: 'limit', count: 1 }])).ids, ['r1'])
  },

  async 'can be freed twice'({ make, patience }: TableEngineSubject) {
    const engine = await make()
    await engine.prepare([], { columns: sampleColumns, open: false })
    for (let time = 0; time < 2; time++) await within(patience, 'freeing it', engine.dispose())
  },

  async 'changes nothing else in the process'(subject: TableEngineSubject) {
    const work = () => withoutPrinting(() => run(subject, sampleRows, [{ kind: 'sort', by: [{ column: 'n' }] }]))
    assert.deepEqual(await processChangesOf(work, subject.environment), [])
  },

  async 'frees what it holds'(subject: TableEngineSubject) {
    const { signal } = new AbortController()
    const grown = await growthOf(async () => {
      const engine = await subject.make()
      await run({ ...subject, engine }, sampleRows, [{ kind: 'sort', by: [{ column: 'n' }] }], { signal })
      await within(subject.patience, 'freeing it', engine.dispose())
    })
    assert.deepEqual(grown, [], 'what each engine leaves behind')
    assert.equal(getEventListeners(signal, 'abort').length, 0, 'each request leaves a listener on its signal')
  },
}

const cases = {
  ...planCases,
  ...tableStatementCases,
  ...tableManyRowsCases,
  ...tableValueCases,
  ...tableEdgeCases,
  ...tableParquetCases,
  ...lifeCases,
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
    open: async () => ({ engine: await made.make(), make: made.make, environment: { ...process.env }, patience }),
    close: () => made.dispose(patience),
  })
}
