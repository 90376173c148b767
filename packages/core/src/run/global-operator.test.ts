import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Batch } from '../contracts/row.js'
import { defineOperator } from '../define/define-operator.js'
import { definePlugin } from '../define/define-plugin.js'
import { defineSource, defineStorage } from '../define/define-storage.js'
import { pipeline } from '../define/pipeline.js'
import { maestroError } from '../errors/error-table.js'
import { maestro } from '../maestro.js'
import { type AllRows, type GlobalContext, GlobalOperator } from '../operator/global.js'
import { numbers, RunFolder } from './__fixtures__/run-folder.js'
import { MemoryStorage } from './state/memory-storage.js'

const folder = new RunFolder()
const failed = maestroError('MAESTRO_STEP_FAILED', { step: '', reason: 'no' })

/** Counts the rows, and then returns those that are not rejected, each with the count. */
class Counted extends GlobalOperator {
  readonly seen: Partial<GlobalContext>[] = []
  readonly #rejects: (n: unknown) => boolean
  constructor(rejects: (n: unknown) => boolean = () => false) {
    super()
    this.#rejects = rejects
  }
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { step, run, complete, rejectedBefore, origin, preview } = context
    this.seen.push({ step, run, complete, rejectedBefore, origin, preview })
    let count = 0
    for await (const { rows } of all) count += rows.length
    for await (const { ids, rows } of all) {
      const kept = rows.flatMap((row, index) => {
        const id = ids[index] ?? ''
        if (!this.#rejects(row.n)) return [{ id, row: { ...row, count } }]
        context.reject(id, row, failed)
        return []
      })
      yield { ids: kept.map(({ id }) => id), rows: kept.map(({ row }) => row) }
    }
  }
}

describe('alone on a storage', () => {
  test('it reads all rows, as often as it likes, and keeps their ids', async () => {
    const storage = new MemoryStorage(numbers(5))
    const result = await new Counted((n) => n === 3).run(storage)
    expect(result).toMatchObject({ rows: 4, rowsIn: 5, rejected: [{ row: { n: 3 }, error: failed }] })
    expect(await storage.rows()).toEqual([0, 1, 2, 4].map((n) => ({ n, count: 5 })))
  })

  test('when every row is rejected nothing is written', async () => {
    const storage = new MemoryStorage(numbers(3))
    await expect(new Counted(() => true).run(storage)).rejects.toMatchObject({
      code: 'MAESTRO_RUN_ALL_FAILED',
      details: { step: 'Counted', rows: 3 },
    })
    expect(storage.operatorStep).toBe(0)
  })

  test('an empty input is not a failure', async () => {
    expect(await new Counted().run(new MemoryStorage([]))).toMatchObject({ rows: 0, rowsIn: 0, rejected: [] })
  })

  test('it stops when its signal fires', async () => {
    const stopped = new Counted().run(new MemoryStorage(numbers(3)), { signal: AbortSignal.abort() })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
  })
})

test('in a pipeline, it receives the step and the run, and its rejects are those of the run', async () => {
  const operator = new Counted((n) => n === 1)
  const counted = defineOperator({
    name: 'counted',
    kind: 'opaque',
    options: { output: z.string() },
    adds: { '{output}': 'integer' },
    create: () => operator,
  })
  const report = await folder.project().run(
    pipeline('p')
      .from(numbers(3))
      .step(counted, { output: 'count' }, { id: 'all' })
      .map((row) => ({ twice: row.count * 2 }))
      .write('memory.sink', { name: 'out' }),
  )
  const facts = { complete: true, rejectedBefore: [], origin: 'p', preview: false }
  expect(operator.seen).toEqual([{ step: 'all', run: report.runId, ...facts }])
  expect(folder.rowsOf('out')).toEqual([{ twice: 6 }, { twice: 6 }])
  expect(report.steps[0]?.counts).toMatchObject({ rowsIn: 3, rowsOut: 2, rejected: 1 })
  expect(folder.runLines('rejects.jsonl')).toMatchObject([{ row: { n: 1 } }])
})

test('it is told when rows are missing', async () => {
  const after = async (fails: boolean, limit: object) => {
    const operator = new Counted()
    const define = pipeline('p')
      .from(numbers(5))
      .map((row) => {
        if (fails && row.n === 2) throw new RangeError('two')
        return row
      })
      .use<{ n: number }>(operator)
      .write('memory.sink', { name: 'out' })
    await folder.project().run(define, limit)
    const { complete, rejectedBefore } = operator.seen[0] ?? {}
    return { complete, rejected: rejectedBefore?.map(({ row }) => row) }
  }
  expect(await after(false, {})).toEqual({ complete: true, rejected: [] })
  expect(await after(true, {})).toEqual({ complete: true, rejected: [{ n: 2 }] })
  expect(await after(false, { limit: 3 })).toEqual({ complete: false, rejected: [] })
})

test('a preview shows its rows', async () => {
  const operator = new Counted()
  const preview = await maestro().preview(pipeline('p').from(numbers(9)).use(operator), 2)
  expect(operator.seen).toMatchObject([{ complete: false, preview: true }])
  expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([0, 1].map((n) => ({ n, count: 2 })))
})

describe('what it writes is checked', () => {
  class Writes extends GlobalOperator {
    readonly #batch: (batch: Batch) => Batch
    constructor(batch: (batch: Batch) => Batch) {
      super()
      this.#batch = batch
    }
    override async *process(rows: AllRows) {
      for await (const batch of rows) yield this.#batch(batch)
    }
  }
  const run = (batch: (batch: Batch) => Batch) =>
    folder
      .project()
      .run(pipeline('p').from(numbers(4)).use<{ n: number }>(new Writes(batch)).write('memory.sink', { name: 'out' }))

  test.each<[string, (batch: Batch) => Batch]>([
    ['fewer ids than rows', ({ ids, rows }) => ({ ids: ids.slice(1), rows })],
    ['ids that are numbers', ({ rows }) => ({ ids: rows.map((_, index) => index) as never, rows })],
    ['one id for all rows', ({ rows }) => ({ ids: rows.map(() => 'x'), rows })],
    ['ids of its own for the rows of its input', ({ rows }) => ({ ids: rows.map((_, n) => `new:${n}`), rows })],
    [
      'ids of its own for rows with one more column',
      ({ rows }) => ({ ids: rows.map((_, n) => `${n}`), rows: rows.map((row) => ({ ...row, more: 1 })) }),
    ],
  ])('%s', async (_what, batch) => {
    await expect(run(batch)).rejects.toMatchObject({ code: 'MAESTRO_STEP_CONTRACT', step: '1-Writes' })
    expect(folder.states()).not.toContainEqual('committed')
  })

  test('an empty id, such as an empty key of a database, is an id', async () => {
    const keyed = defineSource({
      options: {},
      columns: () => ({ columns: { n: 'integer' }, open: false }),
      open: () => ({
        async *read() {
          yield { ids: ['', 'a'], rows: [{ n: 0 }, { n: 1 }] }
        },
      }),
    })
    const plugin = definePlugin({ name: 'keyed', storages: [defineStorage({ name: 'keyed.rows', source: keyed })] })
    const read = pipeline('p').read('keyed.rows' as never, {} as never)
    const rows = await Array.fromAsync(maestro({ plugins: [plugin] }).rows(read.use<{ n: number }>(new Counted())))
    expect(rows).toEqual([
      { n: 0, count: 2 },
      { n: 1, count: 2 },
    ])
  })

  test('new rows may have ids of their own, and rows that stay may be turned round', async () => {
    const made = ({ rows }: Batch) => ({ ids: rows.map((_, n) => `new:${n}`), rows: rows.map(() => ({ n: 7 })) })
    expect((await run(made)).counts.rowsOut).toBe(4)
    await run(({ ids, rows }) => ({ ids: ids.toReversed(), rows: rows.toReversed() }))
    expect(folder.idsOf('out')).toEqual(['rows:4', 'rows:3', 'rows:2', 'rows:1'])
  })
})

test('the rows that an operator reads are reported while it reads them, once', async () => {
  const reported: number[] = []
  const watching = definePlugin({
    name: 'watching',
    observe: (hooks) => hooks.batchDone(({ counts }) => void reported.push(counts.rowsIn)),
  })
  const project = maestro({ plugins: [watching], logLevel: 'silent' })
  const rows = Array.from({ length: 6000 }, (_, n) => ({ n, text: 'x'.repeat(500) }))
  await Array.fromAsync(project.rows(pipeline('p').from(rows).use(new Counted())))
  expect(reported.length).toBeGreaterThan(1)
  expect(reported).toEqual(reported.toSorted((a, b) => a - b))
  expect([new Set(reported).size, reported.at(-1)]).toEqual([reported.length, 6000])
})
