import { describe, expect, test } from 'vitest'
import { Operator, type OperatorResult } from '../contracts/operator.js'
import type { RowStorage } from '../contracts/row-storage.js'
import { pipeline } from '../define/pipeline.js'
import { maestroError } from '../errors/error-table.js'
import { expectSums, numbers, RunFolder } from './__fixtures__/run-folder.js'

const folder = new RunFolder()

test('one error for several rows of a batch rejects these rows', async () => {
  const refused = maestroError('MAESTRO_STEP_FAILED', { step: 'x', reason: 'odd' })
  const steps = pipeline('p')
    .from(numbers(6))
    .mapBatches((rows) => rows.map((row) => (row.n % 2 === 1 ? refused : row)))
    .write('memory.sink', { name: 'out' })
  const report = await folder.project({ maxRejects: '100%' }).run(steps)
  expect(report.counts).toMatchObject({ rowsIn: 6, rejected: 3, rowsOut: 3 })
  expect(folder.rowsOf('out')).toEqual([{ n: 0 }, { n: 2 }, { n: 4 }])
})

describe('when every row fails', () => {
  test('failures that are faster than answers are not taken for all', async () => {
    let failed = 0
    const failures = Promise.withResolvers<void>()
    const steps = pipeline('p')
      .from(numbers(100))
      .map(async (row) => {
        if (row.n % 2 === 1) {
          if (++failed === 50) failures.resolve()
          throw new RangeError('odd')
        }
        // No row succeeds before fifty have failed.
        await failures.promise
        return row
      })
      .write('memory.sink', { name: 'out' })
    const report = await folder.project({ maxRejects: '100%' }).run(steps)
    expect(report.counts).toMatchObject({ rowsIn: 100, rejected: 50, rowsOut: 50 })
    expectSums(report)
  })

  test('the same holds for steps side by side, and for batches', async () => {
    const steps = (await sideBySide())
      .mapBatches(
        async (rows) => {
          await null
          return rows.map((row) =>
            row.n % 2 === 1 ? maestroError('MAESTRO_STEP_FAILED', { step: 'x', reason: 'odd' }) : row,
          )
        },
        { size: 25 },
      )
      .write('memory.sink', { name: 'out' })
    const report = await folder.project({ maxRejects: '100%' }).run(steps)
    expect(report.counts).toMatchObject({ rowsIn: 200, rejected: 150, rowsOut: 50 })
    expectSums(report)
  })

  test('a step side by side with one that fails sometimes is noticed when it fails always', async () => {
    let calls = 0
    const { z } = await import('zod')
    const { defineOperator } = await import('../define/define-operator.js')
    const step = (name: string, fails: (n: number) => boolean) =>
      defineOperator({
        name,
        kind: 'map',
        options: { output: z.string() },
        adds: { '{output}': 'string' },
        create:
          ({ output }) =>
          async (row) => {
            calls++
            if (fails(Number(row.n))) throw new RangeError(name)
            return { ...row, [output]: 'x' }
          },
      })
    const steps = pipeline('p')
      .from(numbers(10_000))
      .step(
        step('half', (n) => n % 2 === 1),
        { output: 'a' },
      )
      .step(
        step('always', () => true),
        { output: 'b' },
      )
      .write('memory.sink', { name: 'out' })
    await expect(folder.project({ rowsInFlight: 10 }).run(steps)).rejects.toMatchObject({
      code: 'MAESTRO_RUN_ALL_FAILED',
      message: expect.stringContaining('always'),
    })
    expect(calls).toBeLessThan(1000)
  })

  async function sideBySide() {
    const { z } = await import('zod')
    const { defineOperator } = await import('../define/define-operator.js')
    const failures = Promise.withResolvers<void>()
    let failed = 0
    const half = defineOperator({
      name: 'half',
      kind: 'map',
      options: { output: z.string() },
      adds: { '{output}': 'string' },
      create:
        ({ output }) =>
        async (row) => {
          if (Number(row.n) >= 100) {
            if (++failed === 100) failures.resolve()
            throw new RangeError('high')
          }
          await failures.promise
          return { ...row, [output]: 'x' }
        },
    })
    // Rows with high numbers come first, so that the first rows to finish all fail. The very first row succeeds.
    const given = [
      { n: 0 },
      ...numbers(200)
        .toReversed()
        .filter(({ n }) => n !== 0),
    ]
    return pipeline('p').from(given).step(half, { output: 'a' }).step(half, { output: 'b' })
  }
})

describe('a sink that refuses rows', () => {
  test('many in its first batch: they are its rejects, the rows around them go in', async () => {
    const report = await folder.project({ maxRejects: '100%' }).run(
      pipeline('p')
        .from(numbers(100))
        .write('memory.sink', { name: 'out', refuses: ({ n }) => Number(n) < 30 }),
    )
    expect(folder.values('out')).toEqual(
      numbers(100)
        .slice(30)
        .map(({ n }) => n),
    )
    expect(folder.runLines('rejects.jsonl')).toHaveLength(30)
    expect(folder.runLines('rejects.jsonl')[0]).toMatchObject({ id: 'rows:1', use: 'memory.sink', row: { n: 0 } })
    expect(report.counts).toMatchObject({ rowsIn: 100, rejected: 30, rowsOut: 70 })
    expectSums(report)
  })

  test('all rows: the run fails; one row under onError fail: it stops', async () => {
    const refusing = (refuses: () => boolean) =>
      pipeline('p').from(numbers(100)).write('memory.sink', { name: 'out', refuses })
    await expect(folder.project().run(refusing(() => true))).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
    let seen = 0
    await expect(folder.project({ onError: 'fail' }).run(refusing(() => ++seen === 50))).rejects.toMatchObject({
      code: 'MAESTRO_ROW_UNENCODABLE',
      rowId: 'rows:50',
    })
    expect(folder.states()).toEqual({ out: 'aborted' })
  })
})

describe('a row that no file can hold', () => {
  const odd = (n: number) => (n === 1 ? { n, value: new Map() } : n === 2 ? { n, value: loop() } : { n, value: 'x' })
  function loop(): object {
    const value: { self?: object } = {}
    value.self = value
    return value
  }

  test('is a reject of the step that made it, for all that follow it', async () => {
    const report = await folder.project().run(
      pipeline('p')
        .from(numbers(4))
        .map(({ n }) => odd(n), { id: 'make' })
        .write('memory.sink', { name: 'middle' })
        .filter(() => true)
        .write('memory.sink', { name: 'end' }),
    )
    expect([folder.values('middle'), folder.values('end')]).toEqual([
      [0, 3],
      [0, 3],
    ])
    expect(folder.runLines('rejects.jsonl')).toMatchObject([
      { id: 'rows:2', step: 'make', code: 'MAESTRO_ROW_UNENCODABLE' },
      { id: 'rows:3', step: 'make', code: 'MAESTRO_ROW_UNENCODABLE' },
    ])
    expect(report.steps[0]?.counts).toMatchObject({ rowsIn: 4, rowsOut: 2, rejected: 2 })
    expectSums(report)
  })

  test('or of the source', async () => {
    const report = await folder.project().run(
      pipeline('p')
        .from(numbers(4).map(({ n }) => odd(n)))
        .branch((rows) => rows.write('memory.sink', { name: 'a' }))
        .branch((rows) => rows.map((row) => row).write('memory.sink', { name: 'b' })),
    )
    expect(folder.values('b')).toEqual([0, 3])
    expect(folder.runLines('rejects.jsonl')).toMatchObject([{ step: 'source' }, { step: 'source' }])
    expect(report.counts).toMatchObject({ rowsIn: 4, rejected: 2 })
    expectSums(report)
  })

  test("under onError 'fail' it stops the run", async () => {
    const steps = pipeline('p')
      .from(numbers(4))
      .map(({ n }) => odd(n), { onError: 'fail' })
      .write('memory.sink', { name: 'middle' })
      .map((row) => row)
      .write('memory.sink', { name: 'end' })
    await expect(folder.project().run(steps)).rejects.toMatchObject({
      code: 'MAESTRO_ROW_UNENCODABLE',
      rowId: 'rows:2',
    })
  })
})

test.each<[string, unknown, string]>([
  ['null', null, 'null'],
  ['undefined', undefined, 'nothing'],
  ['a number', 7, 'number 7'],
  ['an object without a text', Object.create(null), 'a object'],
  ['an object with a message', { message: 'socket gone' }, 'socket gone'],
  ['an error without a message', new RangeError(), 'RangeError'],
  ['an error of several lines', new Error('first\nsecond'), 'first'],
])('what is thrown may be %s', async (_what, thrown, reason) => {
  const report = await folder.project().run(
    pipeline('p')
      .from(numbers(2))
      .map(
        async (row) => {
          await null
          if (row.n === 1) throw thrown
          return row
        },
        { id: 'odd' },
      )
      .write('memory.sink', { name: 'out' }),
  )
  expect(report.counts).toMatchObject({ rejected: 1, rowsOut: 1 })
  expect(folder.runLines('rejects.jsonl')).toMatchObject([{ message: `odd failed: ${reason}`, row: { n: 1 } }])
})

test('rejects.jsonl shows values that JSON lacks', async () => {
  const rows = [Number.NaN, [Number.NEGATIVE_INFINITY], 10n ** 30n, new Date(Number.NaN), new Uint8Array(2), 0].map(
    (v) => ({ v }),
  )
  await folder.project({ maxRejects: '100%' }).run(
    pipeline('p')
      .from(rows)
      .map(
        (row) => {
          if (row.v !== 0) throw new Error('no')
          return row
        },
        { id: 'odd' },
      )
      .write('memory.sink', { name: 'out' }),
  )
  expect(folder.runLines('rejects.jsonl').map(({ row }) => (row as { v: unknown }).v)).toEqual([
    'NaN',
    ['-Infinity'],
    '1000000000000000000000000000000',
    'Invalid Date',
    '[2 bytes]',
  ])
})

test('a step that changes its row changes neither the source’s object nor another output', async () => {
  const given = numbers(3)
  const report = await folder.project().run(
    pipeline('p')
      .from(given)
      .write('memory.sink', { name: 'before' })
      .map((row) => {
        row.n += 100
        return row
      })
      .write('memory.sink', { name: 'after' }),
  )
  expect(given).toEqual(numbers(3))
  expect(folder.values('before')).toEqual([0, 1, 2])
  expect(folder.values('after')).toEqual([100, 101, 102])
  expectSums(report)
})

/** Writes and returns the given values. */
class Says extends Operator {
  readonly #write: number
  readonly #says: unknown
  constructor(write: number, says: unknown) {
    super()
    this.#write = write
    this.#says = says
  }
  override async run(storage: RowStorage): Promise<OperatorResult> {
    const rows = numbers(this.#write)
    await storage.write([{ ids: rows.map(({ n }) => `x:${n}`), rows }])
    return this.#says as OperatorResult
  }
}

describe('an operator that sees a storage', () => {
  const run = (operator: Operator, settings = {}) =>
    folder.project(settings).run(
      pipeline('p')
        .from(numbers(5))
        .use<{ n: number }>(operator)
        .map((row) => row)
        .write('memory.sink', { name: 'out' }),
    )
  const rejected = [
    { rowId: 'rows:2', row: { n: 1 }, error: maestroError('MAESTRO_STEP_FAILED', { step: '', reason: 'no' }) },
  ]

  test.each<[string, number, unknown, object]>([
    ['says nothing', 3, undefined, { rowsIn: 5, rowsOut: 3, dropped: 2 }],
    [
      'says what is not so',
      3,
      { rows: 9, rowsIn: 1, location: '', rejected: [] },
      { rowsIn: 5, rowsOut: 3, dropped: 2 },
    ],
    ['makes rows', 8, { rejected: [] }, { rowsIn: 5, rowsOut: 8, created: 3 }],
    ['rejects a row', 4, { rejected }, { rowsIn: 5, rowsOut: 4, rejected: 1, dropped: 0 }],
    ['makes an empty step', 0, { rejected: [] }, { rowsIn: 5, rowsOut: 0, dropped: 5 }],
  ])('that %s is counted by what it wrote', async (_what, write, says, counts) => {
    const report = await run(new Says(write, says))
    expect(report.steps[0]?.counts).toMatchObject(counts)
    expect(report.steps[1]?.counts.rowsIn).toBe(report.steps[0]?.counts.rowsOut)
    expect(folder.rowsOf('out')).toHaveLength(write)
    expectSums(report)
  })

  test('its rejects are the run’s, and stop it when they are to', async () => {
    await run(new Says(4, { rejected }))
    expect(folder.runLines('rejects.jsonl')).toMatchObject([{ id: 'rows:2', use: 'Says', row: { n: 1 } }])
    await expect(run(new Says(4, { rejected }), { onError: 'fail' })).rejects.toMatchObject({ rowId: 'rows:2' })
  })

  test('that throws stops the run, which says where', async () => {
    class Throws extends Operator {
      override run(): Promise<OperatorResult> {
        throw new TypeError('at once')
      }
    }
    await expect(run(new Throws())).rejects.toMatchObject({
      code: 'MAESTRO_STEP_FAILED',
      message: expect.stringContaining('at once'),
      step: expect.stringContaining('Throws'),
    })
  })

  test('that takes no notice of a stop does not bring the run to its end', async () => {
    const stop = new AbortController()
    class Stubborn extends Says {
      override async run(storage: RowStorage): Promise<OperatorResult> {
        stop.abort()
        return super.run(storage)
      }
    }
    const last = pipeline('p')
      .from(numbers(5))
      .use(new Stubborn(2, { rejected: [] }))
      .write('memory.sink', { name: 'out' })
    await expect(folder.project().run(last, { signal: stop.signal })).rejects.toMatchObject({
      code: 'MAESTRO_RUN_ABORTED',
    })
    expect(folder.sinks.get('out')?.state).not.toBe('committed')
  })
})

describe('rows that an output refuses after their write has returned', () => {
  const refuses = (row: object) => 'n' in row && (row.n as number) % 1000 === 7

  test('are rejects of the sink, with those of its end', async () => {
    const steps = pipeline('p').from(numbers(5000)).write('memory.sink', { name: 'out', refuses, late: true })
    const report = await folder.project().run(steps)
    expect(report.counts).toMatchObject({ rowsIn: 5000, rejected: 5 })
    expectSums(report)
    const ids = folder.runLines('rejects.jsonl').map(({ id }) => id)
    expect(ids).toEqual([7, 1007, 2007, 3007, 4007].map((n) => `rows:${n + 1}`))
  })

  test("stop the run under onError: 'fail', and nothing is committed", async () => {
    const steps = pipeline('p').from(numbers(10)).write('memory.sink', { name: 'out', refuses, late: true })
    await expect(folder.project({ onError: 'fail' }).run(steps)).rejects.toMatchObject({
      code: 'MAESTRO_ROW_UNENCODABLE',
      rowId: 'rows:8',
    })
    expect(folder.sinks.get('out')?.state).toBe('aborted')
  })
})

describe('without maxRejects', () => {
  /** The rows from the given number on fail. The first rows succeed, because otherwise the run would stop at once. */
  const failing = (first: number) => (row: { n: number }) => {
    if (row.n >= first) throw new RangeError(`row ${row.n} is broken`)
    return row
  }
  const run = (rows: number, failures: number, project = folder.project()) =>
    project.run(
      pipeline('p')
        .from(numbers(rows))
        .map(failing(rows - failures), { id: 'check' })
        .write('memory.sink', { name: 'out' }),
    )

  test.each([
    [60, 13],
    [12, 7],
  ])('a run of %i rows of which %i fail ends as failed, says why, and commits nothing', async (rows, failures) => {
    const error = await run(rows, failures).catch((caught) => caught)
    expect(error).toMatchObject({
      code: 'MAESTRO_RUN_TOO_MANY_REJECTS',
      message: expect.stringContaining('is broken'),
      report: {
        status: 'failed',
        rejects: [{ step: 'check', code: 'MAESTRO_STEP_FAILED', hint: expect.any(String) }],
      },
    })
    expect(folder.states()).toEqual({ out: 'aborted' })
  })

  test.each([
    [60, 12],
    [12, 6],
    [9, 8],
  ])('a run of %i rows of which %i fail is done', async (rows, failures) => {
    const report = await run(rows, failures)
    expect(report.rejects).toMatchObject([{ step: 'check', rows: report.counts.rejected }])
  })

  test('the rows of the step count, not those of the source', async () => {
    const steps = pipeline('p')
      .from(numbers(1000))
      .filter((row) => row.n < 100)
      .map(failing(50), { id: 'check' })
      .write('memory.sink', { name: 'out' })
    await expect(folder.project().run(steps)).rejects.toMatchObject({
      code: 'MAESTRO_RUN_TOO_MANY_REJECTS',
      message: expect.stringContaining('20% of the 100 rows that entered check'),
    })
  })

  test('several steps that each reject a few rows do not reject most of them together', async () => {
    const part = (rest: number) => (row: { n: number }) => {
      if (row.n % 7 === rest) throw new RangeError(`row ${row.n} is broken`)
      return row
    }
    const steps = pipeline('p')
      .from(numbers(700))
      .map(part(1), { id: 'one' })
      .map(part(2), { id: 'two' })
      .write('memory.sink', { name: 'out' })
    await expect(folder.project().run(steps)).rejects.toMatchObject({
      code: 'MAESTRO_RUN_TOO_MANY_REJECTS',
      message: expect.stringContaining('20% of the 700 rows on the way to two'),
    })
    expect(folder.states()).toEqual({ out: 'aborted' })
  })

  test('rows that pass a step by say nothing about whether it works', async () => {
    const { defineOperator } = await import('../define/define-operator.js')
    const broken = (some: boolean) =>
      defineOperator({
        name: 'test.broken',
        kind: 'map',
        options: {},
        create: () => (row) => {
          if (some && Number(row.n) < 30) return row
          throw new RangeError('broken')
        },
      })
    const run = (some: boolean, max: number) =>
      folder.project().run(
        pipeline('p')
          .from(numbers(1000))
          .step(broken(some), {}, { id: 'check', where: { n: { max } } as never })
          .write('memory.sink', { name: 'out' }),
      )
    await expect(run(true, 60)).rejects.toMatchObject({ code: 'MAESTRO_RUN_TOO_MANY_REJECTS' })
    await expect(run(false, 3)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
    expect((await run(true, 32)).counts.rejected).toBe(3)
  })

  test('maxRejects sets another limit', async () => {
    expect((await run(60, 30, folder.project({ maxRejects: '50%' }))).counts.rejected).toBe(30)
    expect((await run(60, 30, folder.project({ maxRejects: 30 }))).counts.rejected).toBe(30)
  })
})
