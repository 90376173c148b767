import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Row } from '../contracts/row.js'
import { maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'
import type { RowStep } from './row-step.js'
import { StepCounter } from './step-counter.js'
import { RowStream, type RowStreamOptions } from './stream-rows.js'

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
  return { out, rejects, counters, run }
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

  test('a slow row holds up neither the rows beside it nor the steps after it', async () => {
    const finished: unknown[] = []
    const { out, run } = open([
      { kind: 'map', run: async (row) => (await sleep(row.n === 0 ? 80 : 1), row) },
      { kind: 'map', run: (row) => (finished.push(row.n), row) },
    ])
    await run(200)
    expect(finished.at(-1)).toBe(0)
    expect(numbers(out)).toEqual(upTo(200))
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

  test('finished rows that wait for an early slow one go to disk beyond the bound, and come back', async () => {
    const spills: boolean[] = []
    const { out, run } = open(
      [
        {
          kind: 'map',
          run: async (row) =>
            row.n === 0
              ? (await sleep(60), spills.push(existsSync(join(folder, 'spill.jsonl'))), row)
              : { ...row, when: new Date(5) },
        },
      ],
      { bytesInFlight: 1000, rowsInFlight: 5 },
    )
    await run(300)
    expect(spills).toEqual([true])
    expect(numbers(out)).toEqual(upTo(300))
    expect(out[299]?.row.when).toEqual(new Date(5))
    expect(existsSync(join(folder, 'spill.jsonl'))).toBe(false)
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

  test('a batch with too few results rejects its rows and shifts none', async () => {
    const { out, rejects, run } = open([
      { kind: 'mapBatches', size: 4, run: (rows) => (rows.length > 1 ? rows.slice(1) : rows) },
    ])
    await run(8)
    expect(rejects).toHaveLength(0)
    expect(numbers(out)).toEqual(upTo(8))
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
      new Promise<Row>((_resolve, reject) =>
        signal.addEventListener('abort', () => ((seen = true), reject(signal.reason)), { once: true }),
      )
    const { run } = open([{ kind: 'map', run: work }], { signal: controller.signal })
    setTimeout(() => controller.abort(), 10)
    await expect(run(3)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
    expect(seen).toBe(true)
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
