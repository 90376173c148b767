import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Row } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import { StepCounter } from '../report/step-counter.js'
import type { RowStep } from './row-step.js'
import { RowStream } from './row-stream.js'
import type { RowStreamOptions } from './row-stream-options.js'

type Loose<Step> = Step extends RowStep
  ? Omit<Step, 'id' | 'counter' | 'onError'> & Partial<Pick<Step, 'onError'>>
  : never
type StepInput = Loose<RowStep>

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(steps: readonly StepInput[], options: Partial<RowStreamOptions> = {}) {
  const out: { id: string; row: Row }[] = []
  const rejects: { step: string; id: string; error: MaestroError }[] = []
  const counters = steps.map(() => new StepCounter())
  const stream = new RowStream({
    steps: steps.map(
      (step, index) => ({ onError: 'reject', ...step, id: `s${index}`, counter: counters[index] }) as RowStep,
    ),
    rowsInFlight: 64,
    bytesInFlight: 1e9,
    spillPath: join(folder, 'spill.jsonl'),
    run: 'run',
    params: undefined,
    signal: new AbortController().signal,
    reject: (step, id, _row, error) => void rejects.push({ step: step.id, id, error }),
    emit: (ids, rows) => {
      for (const [index, row] of rows.entries()) out.push({ id: ids[index] ?? '', row })
    },
    ...options,
  })
  const run = async (count: number) => {
    const numbers = Array.from({ length: count }, (_, n) => n)
    try {
      await stream.feed(
        numbers.map(String),
        numbers.map((n) => ({ n })),
        count * 100,
      )
      await stream.finish()
      for (const [index, counter] of counters.entries()) counter.assertSum(`s${index}`)
    } finally {
      await stream.dispose()
    }
  }
  return { out, rejects, counters, run, stream }
}

const numbers = (rows: readonly { row: Row }[]) => rows.map(({ row }) => row.n)
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('RowStream', () => {
  test('keeps order and ids when answers come back in any order', async () => {
    const { out, run } = open([
      { kind: 'map', run: async (row) => (await sleep(Math.random() * 8), { ...row, done: row.n }) },
    ])
    await run(500)
    expect(numbers(out)).toEqual(upTo(500))
    expect(out.every(({ id, row }) => id === String(row.n) && row.done === row.n)).toBe(true)
  })

  test('the work that the first rows wait for goes on while the next rows come in', async () => {
    let entered = 0
    const answered: number[] = []
    const { run } = open([
      {
        kind: 'map',
        run: async (row) => {
          entered++
          // It occupies the thread, as rendering a prompt does.
          for (const since = performance.now(); performance.now() - since < 1; );
          await nextTurn()
          answered.push(entered)
          return row
        },
      },
    ])
    await run(200)
    // The first row goes ahead alone; the rows after it do not wait for all the others.
    expect(answered[1]).toBeLessThan(200)
  })

  test('rows go on while a partition is committed; none leaves before the commit has ended', async () => {
    const committed = Promise.withResolvers<void>()
    let seen = 0
    let left = 0
    let leftAtCommit: number | undefined
    const { out, run } = open([{ kind: 'map', run: (row) => (seen++, row) }], {
      left: () => void left++,
      partitions: {
        isDue: () => left === 10 && leftAtCommit === undefined,
        async commit() {
          leftAtCommit = left
          expect(numbers(out)).toEqual(upTo(10))
          await committed.promise
          expect({ seen, left }).toEqual({ seen: 500, left: 10 })
        },
      },
    })
    const done = run(500)
    while (seen < 500) await sleep(1)
    committed.resolve()
    await done
    expect({ leftAtCommit, left }).toEqual({ leftAtCommit: 10, left: 500 })
    expect(numbers(out)).toEqual(upTo(500))
  })

  test('during a long commit, rows wait when they fill their share of the memory', async () => {
    const committed = Promise.withResolvers<void>()
    let seen = 0
    let left = 0
    let commits = 0
    const { out, stream } = open([{ kind: 'map', run: (row) => (seen++, row) }], {
      bytesInFlight: 40_000,
      left: () => void left++,
      partitions: { isDue: () => left > 0 && commits === 0, commit: () => (commits++, committed.promise) },
    })
    let fed = 0
    const feeding = (async () => {
      for (; fed < 100; fed++) await stream.feed([String(fed)], [{ n: fed }], 1000)
    })()
    await sleep(30)
    // A quarter of the memory holds ten of these rows.
    expect(fed).toBeLessThan(20)
    committed.resolve()
    await feeding
    await stream.finish()
    await stream.dispose()
    expect({ seen, left }).toEqual({ seen: 100, left: 100 })
    expect(numbers(out)).toEqual(upTo(100))
  })

  test('a slow row holds up neither the rows beside it nor the steps after it', async () => {
    const finished: unknown[] = []
    const others = Promise.withResolvers<void>()
    const { out, run } = open([
      { kind: 'map', run: async (row) => (row.n === 0 ? await others.promise : await null, row) },
      {
        kind: 'map',
        run: (row) => {
          if (finished.push(row.n) === 199) others.resolve()
          return row
        },
      },
    ])
    // Row 0 waits until all others have passed the second step. With a barrier between the steps, it would wait
    // forever.
    await run(200)
    expect(finished.at(-1)).toBe(0)
    expect(numbers(out)).toEqual(upTo(200))
  })

  test('a slow batch holds up neither the batches beside it nor the steps after it', async () => {
    let passed = 0
    const others = Promise.withResolvers<void>()
    const { out, run } = open([
      {
        kind: 'mapBatches',
        size: 4,
        run: async (rows) => (rows.some(({ n }) => n === 0) ? await others.promise : await null, [...rows]),
      },
      { kind: 'map', run: (row) => (++passed === 96 && others.resolve(), row) },
    ])
    await run(100)
    expect(numbers(out)).toEqual(upTo(100))
  })

  test('never has more rows in work than allowed', async () => {
    let running = 0
    let most = 0
    const work = async (row: Row) => {
      most = Math.max(most, ++running)
      await sleep(2)
      running--
      return row
    }
    const { out, run } = open([{ kind: 'map', run: work }], { rowsInFlight: 7 })
    await run(100)
    expect(most).toBe(7)
    expect(out).toHaveLength(100)
  })

  test('the children of one row count each against the bound, also those of children', async () => {
    let running = 0
    let most = 0
    const five = (row: Row) => Array.from({ length: 5 }, (_, k) => ({ n: Number(row.n) * 5 + k }))
    const work = async (row: Row) => {
      most = Math.max(most, ++running)
      await sleep(1)
      running--
      return row
    }
    const { out, counters, run } = open(
      [
        { kind: 'flatMap', run: five },
        { kind: 'flatMap', run: async (row) => five(row) },
        { kind: 'map', run: work },
        { kind: 'mapBatches', size: 100, run: (rows) => [...rows] },
      ],
      { rowsInFlight: 7 },
    )
    await run(6)
    expect(most).toBe(7)
    expect(numbers(out)).toEqual(upTo(150))
    expect(counters[3]?.snapshot()).toMatchObject({ rowsIn: 150, rowsOut: 150 })
  })

  test('rows too large for the bound of bytes pass one by one', async () => {
    let running = 0
    let most = 0
    const work = async (row: Row) => {
      most = Math.max(most, ++running)
      await sleep(1)
      running--
      return row
    }
    const { run } = open([{ kind: 'map', run: work }], { bytesInFlight: 10 })
    await run(20)
    expect(most).toBe(1)
  })

  const spillFile = () => join(folder, 'spill.jsonl')
  /** A step that holds row 0 until all others have left it, and then checks whether there is a spill file. */
  const holdFirst = (count: number, change: (row: Row) => Row, seen: boolean[]): StepInput => {
    const others = Promise.withResolvers<void>()
    let left = count - 1
    return {
      kind: 'map',
      async run(row) {
        if (row.n === 0) {
          await others.promise
          seen.push(existsSync(spillFile()))
          return row
        }
        // If this row is the last one, its result is taken before row 0 continues.
        if (--left === 0) setImmediate(others.resolve)
        return change(row)
      },
    }
  }

  test('finished rows that wait for an early slow one go to disk beyond the bound, and come back', async () => {
    const spills: boolean[] = []
    const { out, run } = open([holdFirst(300, (row) => ({ ...row, when: new Date(5) }), spills)], {
      bytesInFlight: 1000,
      rowsInFlight: 5,
    })
    await run(300)
    expect(spills).toEqual([true])
    expect(numbers(out)).toEqual(upTo(300))
    expect(out[299]?.row.when).toEqual(new Date(5))
    expect(existsSync(spillFile())).toBe(false)
  })

  test('the current size of rows counts, not the size when they were read', async () => {
    const spills: boolean[] = []
    const { out, run } = open([holdFirst(20, (row) => ({ ...row, text: 'x'.repeat(1000) }), spills)], {
      bytesInFlight: 10_000,
    })
    await run(20)
    expect(spills).toEqual([true])
    expect(numbers(out)).toEqual(upTo(20))
  })

  test('rows that no file can hold wait in memory', async () => {
    const { out, run } = open([holdFirst(50, (row) => ({ ...row, map: new Map([[1, 2]]) }), [])], {
      bytesInFlight: 1000,
    })
    await run(50)
    expect(numbers(out)).toEqual(upTo(50))
    expect(out[49]?.row.map).toEqual(new Map([[1, 2]]))
  })

  test('a full disk stops the stream with an error of the run folder', async () => {
    symlinkSync('/dev/full', spillFile())
    const { run } = open([holdFirst(50, (row) => row, [])], { bytesInFlight: 1000 })
    await expect(run(50)).rejects.toMatchObject({
      code: 'MAESTRO_RUN_STATE',
      details: { reason: expect.stringContaining('ENOSPC') },
    })
  })

  test('filter drops, flatMap fans out in order with child ids, and all is counted', async () => {
    const { out, counters, run } = open([
      { kind: 'filter', run: (row) => Number(row.n) % 2 === 0 },
      {
        kind: 'flatMap',
        run: async (row) => (
          await sleep(Math.random() * 5), Array.from({ length: Number(row.n) % 3 }, (_, k) => ({ n: row.n, k }))
        ),
      },
      { kind: 'map', run: async (row) => (await sleep(Math.random() * 5), row) },
    ])
    await run(60)
    const expected = upTo(60).flatMap((n) =>
      n % 2 === 0 ? Array.from({ length: n % 3 }, (_, k) => `${n}/s1/${k}`) : [],
    )
    expect(out.map(({ id }) => id)).toEqual(expected)
    expect(counters[0]?.snapshot()).toMatchObject({ rowsIn: 60, rowsOut: 30, dropped: 30 })
    expect(counters[1]?.snapshot()).toMatchObject({ rowsIn: 30, rowsOut: 30, dropped: 10, created: 10 })
  })

  test('flatMap takes async iterables', async () => {
    const { out, run } = open([
      {
        kind: 'flatMap',
        async *run(row) {
          yield { n: row.n }
          await sleep(1)
          yield { n: row.n }
        },
      },
    ])
    await run(3)
    expect(numbers(out)).toEqual([0, 0, 1, 1, 2, 2])
  })

  test('batches hold at most their size, keep order, and the last one goes though it is not full', async () => {
    const sizes: number[] = []
    const { out, run } = open([
      { kind: 'mapBatches', size: 8, run: async (rows) => (sizes.push(rows.length), await sleep(2), [...rows]) },
    ])
    await run(50)
    expect(Math.max(...sizes)).toBe(8)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(50)
    expect(numbers(out)).toEqual(upTo(50))
  })

  test('a batch that throws is halved until the rows at fault stand alone', async () => {
    const { out, rejects, run } = open([
      {
        kind: 'mapBatches',
        size: 16,
        run: (rows) => {
          if (rows.some((row) => row.n === 5)) throw new Error('five')
          return rows.map((row) =>
            row.n === 7 ? maestroError('MAESTRO_STEP_FAILED', { step: 's0', reason: 'seven' }) : row,
          )
        },
      },
    ])
    await run(32)
    expect(rejects.map(({ id }) => id).sort()).toEqual(['5', '7'])
    expect(out).toHaveLength(30)
  })

  test('a batch with too few results ends the stream', async () => {
    const { out, run } = open([
      { kind: 'mapBatches', size: 4, run: (rows) => (rows.length > 1 ? rows.slice(1) : rows) },
    ])
    await expect(run(8)).rejects.toMatchObject({ code: 'MAESTRO_STEP_CONTRACT' })
    expect(out).toHaveLength(0)
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('bad row')
      },
      'MAESTRO_STEP_FAILED',
    ],
    [
      'rejects its promise',
      async () => {
        throw new Error('bad row')
      },
      'MAESTRO_STEP_FAILED',
    ],
    ['gives back nothing', () => undefined as never, 'MAESTRO_STEP_RESULT'],
    ['gives back a list', () => [] as never, 'MAESTRO_STEP_RESULT'],
  ])('a map that %s rejects that row alone', async (_name, fail, code) => {
    const { out, rejects, run } = open([{ kind: 'map', run: (row) => (row.n === 3 ? fail() : row) }])
    await run(6)
    expect(numbers(out)).toEqual([0, 1, 2, 4, 5])
    expect(rejects).toMatchObject([{ id: '3', step: 's0', error: { code, rowId: '3', step: 's0' } }])
  })

  test('a filter must say true or false', async () => {
    const { rejects, run } = open([{ kind: 'filter', run: () => 'yes' as never }])
    await run(1)
    expect(rejects[0]?.error.code).toBe('MAESTRO_STEP_RESULT')
  })

  test('onError fail stops the stream with the row’s error', async () => {
    const { run } = open([
      {
        kind: 'map',
        onError: 'fail',
        run: () => {
          throw new Error('no')
        },
      },
    ])
    await expect(run(3)).rejects.toMatchObject({ code: 'MAESTRO_STEP_FAILED', rowId: '0' })
  })

  test('an error of the output stops the stream', async () => {
    const { run } = open([], {
      emit: async () => {
        throw new Error('disk')
      },
    })
    await expect(run(3)).rejects.toThrow('disk')
  })

  test('abort stops at once and reaches the operators', async () => {
    const controller = new AbortController()
    let seen = false
    const work = (_row: Row, { signal }: { signal: AbortSignal }) =>
      new Promise<Row>((_resolve, reject) => {
        signal.addEventListener('abort', () => ((seen = true), reject(signal.reason)), { once: true })
        setImmediate(() => controller.abort())
      })
    const { run } = open([{ kind: 'map', run: work }], { signal: controller.signal })
    await expect(run(3)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
    expect(seen).toBe(true)
  })

  test('rows that compute for long let timers and signals have their turn', async () => {
    const controller = new AbortController()
    const busy = (row: Row): Row => {
      for (const end = performance.now() + 20; performance.now() < end; );
      return row
    }
    let ran = 0
    const timer = setTimeout(() => controller.abort(), 100)
    const { run } = open([{ kind: 'map', run: (row) => (ran++, busy(row)) }], { signal: controller.signal })
    await expect(run(60)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
    clearTimeout(timer)
    expect(ran).toBeLessThan(30)
  })

  test('a signal that fired before the stream was made stops it too', async () => {
    const { out, run } = open([], { signal: AbortSignal.abort() })
    await expect(run(3)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
    expect(out).toEqual([])
  })

  test('an output is not written to once the stream is freed, which waits for the last write', async () => {
    const log: string[] = []
    const { run } = open(
      [
        {
          kind: 'map',
          onError: 'fail',
          async run(row) {
            await null
            if (row.n === 1500) throw new Error('no')
            return row
          },
        },
      ],
      {
        rowsInFlight: 2000,
        async emit() {
          log.push('begin')
          await sleep(5)
          log.push('end')
        },
      },
    )
    await expect(run(2000)).rejects.toThrow('no')
    expect(log).toEqual(['begin', 'end'])
  })
})

describe('what a step does to its row', () => {
  test('of a filter and of each function the next begins when it is done; a dropped row is never paid for', async () => {
    const log: string[] = []
    const note = (name: string) => async (row: Row) => {
      log.push(`${name} ${row.n}`)
      await null
      log.push(`${name} ${row.n} done`)
      return row
    }
    const { run } = open(
      [
        { kind: 'filter', run: async (row) => (await note('filter')(row)).n === 1 },
        { kind: 'map', run: note('first') },
        { kind: 'map', run: note('second') },
      ],
      { rowsInFlight: 1 },
    )
    await run(2)
    expect(log).toEqual([
      'filter 0',
      'filter 0 done',
      'filter 1',
      'filter 1 done',
      'first 1',
      'first 1 done',
      'second 1',
      'second 1 done',
    ])
  })

  test('a batch that changes its rows and throws begins its next tries with the rows as they came', async () => {
    const { out, rejects, run } = open([
      {
        kind: 'mapBatches',
        size: 4,
        run: (rows) => {
          for (const row of rows as { n: number }[]) row.n += 10
          if (rows.some(({ n }) => n === 12)) throw new Error('two')
          return [...rows]
        },
      },
    ])
    await run(4)
    expect(numbers(out)).toEqual([10, 11, 13])
    expect(rejects.map(({ id }) => id)).toEqual(['2'])
  })

  test.each<[string, StepInput]>([
    ['flatMap', { kind: 'flatMap', run: (row) => [row, row] }],
    ['async flatMap', { kind: 'flatMap', run: async (row) => [row, row] }],
    ['mapBatches', { kind: 'mapBatches', size: 2, run: (rows) => rows.map(() => rows[0] as Row) }],
  ])('the same object given twice by %s becomes two rows', async (_name, twice) => {
    const { out, run } = open([
      twice,
      {
        kind: 'map',
        run: (row) => {
          ;(row as { n: number }).n += 1
          return row
        },
      },
    ])
    await run(2)
    expect(numbers(out).slice(0, 2)).toEqual([1, 1])
  })
})

describe('steps side by side', () => {
  const slow = (name: string, log: string[], row: Row) => async () => {
    log.push(`start ${name}`)
    await sleep(5)
    log.push(`end ${name}`)
    return { ...row, [name]: Object.keys(row).join() }
  }
  const step = (name: string, log: string[], effects: object): StepInput =>
    ({ kind: 'map', run: (row: Row) => slow(name, log, row)(), effects }) as StepInput

  test('independent maps of a row overlap, dependent ones wait and see only what they need', async () => {
    const log: string[] = []
    const { out, run } = open([
      step('a', log, { reads: ['n'], adds: { a: 'string' } }),
      step('b', log, { reads: ['n'], adds: { b: 'string' } }),
      step('c', log, { reads: ['a'], adds: { c: 'string' } }),
    ])
    await run(1)
    expect(log.slice(0, 2)).toEqual(['start a', 'start b'])
    expect(log.indexOf('start c')).toBeGreaterThan(log.indexOf('end a'))
    expect(out[0]?.row).toEqual({ n: 0, a: 'n', b: 'n', c: 'n,a' })
  })

  test('the first step in order that fails rejects the row; steps after it do not count it', async () => {
    const fail = async () => {
      throw new Error('b')
    }
    const { rejects, counters, run } = open([
      step('a', [], { reads: ['n'], adds: { a: 'string' } }),
      { kind: 'map', run: fail, effects: { reads: ['n'], adds: { b: 'string' } } } as StepInput,
      step('c', [], { reads: ['n'], adds: { c: 'string' } }),
    ])
    await run(4)
    expect(rejects.map(({ step: id }) => id)).toEqual(['s1', 's1', 's1', 's1'])
    expect(counters.map(({ rowsIn, rowsOut, rejected }) => [rowsIn, rowsOut, rejected])).toEqual([
      [4, 4, 0],
      [4, 0, 4],
      [0, 0, 0],
    ])
  })

  test('steps that write the same column, or drop one that another reads, stay in order', async () => {
    const log: string[] = []
    const { run } = open([
      step('a', log, { adds: { x: 'string' } }),
      step('b', log, { adds: { x: 'string' } }),
      step('c', log, { drops: ['x'] }),
    ])
    await run(1)
    expect(log).toEqual(['start a', 'end a', 'start b', 'end b', 'start c', 'end c'])
  })
})
