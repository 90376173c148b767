import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunConfig } from '../contracts/config.js'
import { Operator, type OperatorResult } from '../contracts/operator.js'
import type { RunReport, StepCounts } from '../contracts/report.js'
import type { Batch, Row } from '../contracts/row.js'
import type { RowStorage } from '../contracts/row-storage.js'
import { pipeline } from '../define/pipeline.js'
import { maestroError } from '../errors/error-table.js'
import { maestro } from '../maestro.js'
import { MapOperator } from '../operator/map.js'
import { memorySinks } from './__fixtures__/memory-sinks.js'

let folder: string
let sinks: ReturnType<typeof memorySinks>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-run-'))
  sinks = memorySinks()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const project = (run: RunConfig = {}) =>
  maestro({ plugins: [sinks.plugin], directory: folder, logLevel: 'silent', run })
const numbers = (count: number) => Array.from({ length: count }, (_, n) => ({ n }))
const values = (name: string, column = 'n') => sinks.rowsOf(name).map((row) => row[column])
const runs = () => readdirSync(join(folder, '.maestro/runs')).sort()
const runFile = (name: string, run = runs().at(-1) ?? '') =>
  readFileSync(join(folder, '.maestro/runs', run, name), 'utf8')
const jsonLines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const adds = ({ rowsIn, created, rowsOut, rejected, dropped, merged }: StepCounts) =>
  rowsIn + created === rowsOut + rejected + dropped + merged
function expectSums(report: RunReport) {
  expect(adds(report.counts), JSON.stringify(report.counts)).toBe(true)
  for (const { id, counts } of report.steps) expect(adds(counts), `${id} ${JSON.stringify(counts)}`).toBe(true)
}

describe('several outputs', () => {
  test('a branch from the source, one after a filter, one inside a branch, two sinks on one step', async () => {
    const report = await project().run(
      pipeline('p')
        .from(numbers(10))
        .branch((rows) => rows.filter(({ n }) => n > 7).write('memory.sink', { name: 'big' }))
        .filter(({ n }) => n % 2 === 0)
        .branch((even) =>
          even
            .map(({ n }) => ({ n: n * 10 }))
            .branch((tens) => tens.filter(({ n }) => n > 40).write('memory.sink', { name: 'inner' }))
            .flatMap(({ n }) => [{ n }, { n: n + 1 }])
            .write('memory.sink', { name: 'tens' }),
        )
        .write('memory.sink', { name: 'even' })
        .write('memory.sink', { name: 'even again' })
        .map(({ n }) => ({ n: -n }))
        .write('memory.sink', { name: 'end' }),
    )
    expect(values('big')).toEqual([8, 9])
    expect(values('inner')).toEqual([60, 80])
    expect(values('tens')).toEqual([0, 1, 20, 21, 40, 41, 60, 61, 80, 81])
    expect(values('even')).toEqual([0, 2, 4, 6, 8])
    expect(values('even again')).toEqual([0, 2, 4, 6, 8])
    expect(values('end')).toEqual([-0, -2, -4, -6, -8])
    expect(sinks.idsOf('even')).toEqual(['rows:1', 'rows:3', 'rows:5', 'rows:7', 'rows:9'])
    expect(sinks.idsOf('tens').slice(0, 2)).toEqual(['rows:1/4-flatMap/0', 'rows:1/4-flatMap/1'].map(sameStep(report)))
    expect([...sinks.sinks.values()].map(({ state }) => state)).toEqual(Array(6).fill('committed'))
    expect(report.counts).toMatchObject({ rowsIn: 10 })
    expectSums(report)
  })

  /** Inserts the actual id of the flatMap step, so that the test does not depend on its number. */
  const sameStep = (report: RunReport) => (id: string) =>
    id.replace('4-flatMap', report.steps.find((step) => step.id.includes('flatMap'))?.id ?? '')

  test('are committed together: when one does not take its rows, none appears', async () => {
    const steps = pipeline('p')
      .from(numbers(5))
      .write('memory.sink', { name: 'good' })
      .map(({ n }) => ({ n: n + 1 }))
      .write('memory.sink', { name: 'bad', fail: 'write' })
    await expect(project().run(steps)).rejects.toThrow(/sink is full/)
    expect([...sinks.sinks.values()].map(({ state }) => state)).toEqual(['aborted', 'aborted'])
    expect(JSON.parse(runFile('report.json'))).toMatchObject({ status: 'failed' })
  })

  test('a commit that fails is an error; outputs that were not yet committed are left as they were', async () => {
    const steps = pipeline('p')
      .from(numbers(5))
      .write('memory.sink', { name: 'bad', fail: 'commit' })
      .write('memory.sink', { name: 'after' })
    await expect(project().run(steps)).rejects.toThrow(/does not commit/)
    expect(sinks.sinks.get('after')?.state).toBe('aborted')
  })

  test('a sink that does not open stops the run before a row flows', async () => {
    let seen = 0
    const steps = pipeline('p')
      .from(numbers(5))
      .map((row) => {
        seen++
        return row
      })
      .write('memory.sink', { name: 'bad', fail: 'open' })
    await expect(project().run(steps)).rejects.toThrow(/does not open/)
    expect(seen).toBe(0)
  })
})

/** An operator over the whole storage that reverses the order of the rows. */
class Reverse extends Operator {
  override async run(storage: RowStorage): Promise<OperatorResult> {
    const ids: string[] = []
    const rows: Row[] = []
    const step = storage.step()
    for await (const batch of step.read()) {
      ids.unshift(...batch.ids.toReversed())
      rows.unshift(...batch.rows.toReversed())
    }
    return { ...(await step.write([{ ids, rows }])), rowsIn: rows.length, rejected: [] }
  }
}

/** An operator that writes two steps, of which the second counts. */
class Twice extends Operator {
  override async run(storage: RowStorage): Promise<OperatorResult> {
    const batches: Batch[] = await Array.fromAsync(storage.read())
    await storage.write([])
    const written = await storage.write(batches.map(({ ids, rows }) => ({ ids: ids.slice(1), rows: rows.slice(1) })))
    return { ...written, rowsIn: batches.reduce((sum, { rows }) => sum + rows.length, 0), rejected: [] }
  }
}

class Nothing extends Operator {
  override async run(): Promise<OperatorResult> {
    return { rows: 0, location: 'nowhere', rowsIn: 0, rejected: [] }
  }
}

describe('operators that see a whole storage', () => {
  test('at the beginning, in the middle, twice in a row and at the end', async () => {
    const report = await project().run(
      pipeline('p')
        .from(numbers(4))
        .use<{ n: number }>(new Reverse())
        .map(({ n }) => ({ n: n * 2 }))
        .use<{ n: number }>(new Reverse())
        .use<{ n: number }>(new Twice())
        .use<{ n: number }>(new Reverse())
        .write('memory.sink', { name: 'out' }),
    )
    expect(values('out')).toEqual([6, 4, 2])
    expect(sinks.idsOf('out')).toEqual(['rows:4', 'rows:3', 'rows:2'])
    expect(report.steps.find(({ use }) => use === 'Twice')?.counts).toMatchObject({ rowsIn: 4, rowsOut: 3, dropped: 1 })
    expectSums(report)
  })

  test('one that writes nothing is an error that says so', async () => {
    const steps = pipeline('p').from(numbers(2)).use(new Nothing()).write('memory.sink', { name: 'out' })
    await expect(project().run(steps)).rejects.toMatchObject({ code: 'MAESTRO_STEP_RESULT' })
  })
})

describe('rows that fail', () => {
  const failing = (fails: (n: number) => boolean) =>
    pipeline('p')
      .from(numbers(100))
      .map(
        (row) => {
          if (fails(row.n)) throw new RangeError(`no ${row.n}`)
          return row
        },
        { id: 'check' },
      )
      .write('memory.sink', { name: 'out' })

  test('one row: it is in rejects.jsonl with step, row, code and reason; the rest goes on', async () => {
    const report = await project().run(failing((n) => n === 7))
    expect(values('out')).toHaveLength(99)
    expect(report.counts).toMatchObject({ rowsIn: 100, rowsOut: 99, rejected: 1 })
    expectSums(report)
    expect(jsonLines(runFile('rejects.jsonl'))).toEqual([
      {
        id: 'rows:8',
        step: 'check',
        use: 'function',
        code: 'MAESTRO_STEP_FAILED',
        message: expect.stringContaining('no 7'),
        hint: expect.any(String),
        tries: 1,
        row: { n: 7 },
      },
    ])
  })

  test('every row: the run stops early, says why, and no output appears', async () => {
    let calls = 0
    const error = await project()
      .run(failing(() => ++calls > 0))
      .catch((caught) => caught)
    expect(error).toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED', cause: { code: 'MAESTRO_STEP_FAILED' } })
    expect(error.message).toMatch(/check failed: no \d+/)
    expect(error.report).toMatchObject({ status: 'failed' })
    expect(sinks.sinks.get('out')?.state).toBe('aborted')
  })

  test('every row of a source shorter than failFast is noticed at the end', async () => {
    const steps = pipeline('p')
      .from(numbers(2))
      .filter(() => {
        throw new TypeError('never')
      })
      .write('memory.sink', { name: 'out' })
    await expect(project().run(steps)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
  })

  test("onError 'fail', of the run or of one step, stops at the first", async () => {
    const stopped = { code: 'MAESTRO_STEP_FAILED', rowId: 'rows:8', step: 'check' }
    await expect(project({ onError: 'fail' }).run(failing((n) => n === 7))).rejects.toMatchObject(stopped)
    const own = pipeline('p')
      .from(numbers(100))
      .map(
        (row) => {
          if (row.n === 7) throw new RangeError('no')
          return row
        },
        { id: 'check', onError: 'fail' },
      )
      .write('memory.sink', { name: 'out' })
    await expect(project().run(own)).rejects.toMatchObject(stopped)
  })

  test('maxRejects, a number or a share', async () => {
    const some = failing((n) => n % 10 === 5)
    await expect(project({ maxRejects: 5 }).run(some)).rejects.toMatchObject({ code: 'MAESTRO_RUN_TOO_MANY_REJECTS' })
    await expect(project({ maxRejects: 10 }).run(some)).resolves.toMatchObject({ counts: { rejected: 10 } })
    await expect(project({ maxRejects: '9%' }).run(some)).rejects.toMatchObject({
      code: 'MAESTRO_RUN_TOO_MANY_REJECTS',
    })
    await expect(project({ maxRejects: '10%' }).run(some)).resolves.toMatchObject({ counts: { rejected: 10 } })
  })

  test('a batch is halved until the rows at fault stand alone; an error in place of a row rejects it alone', async () => {
    const report = await project().run(
      pipeline('p')
        .from(numbers(50))
        .mapBatches((rows) => {
          if (rows.some(({ n }) => n === 13 || n === 31)) throw new TypeError('odd batch')
          return rows.map((row) =>
            row.n === 2 ? maestroError('MAESTRO_STEP_FAILED', { step: 'x', reason: 'two' }) : row,
          )
        })
        .write('memory.sink', { name: 'out' }),
    )
    expect(values('out')).toEqual(numbers(50).flatMap(({ n }) => ([2, 13, 31].includes(n) ? [] : [n])))
    expectSums(report)
  })

  test.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['a list', () => [1]],
    ['a text', () => 'x'],
    ['null', () => null],
  ])('a map that gives back %s is told so', async (_what, give) => {
    const steps = pipeline('p')
      .from([{ n: 0 }, { n: 1 }])
      .map((row) => (row.n === 0 ? row : (give() as typeof row)))
      .write('memory.sink', { name: 'out' })
    const report = await project().run(steps)
    expect(report.counts).toMatchObject({ rowsOut: 1, rejected: 1 })
    expect(jsonLines(runFile('rejects.jsonl'))).toMatchObject([{ code: 'MAESTRO_STEP_RESULT', row: { n: 1 } }])
  })

  test('a batch function that returns too few rows ends the run', async () => {
    const steps = pipeline('p')
      .from(numbers(4))
      .mapBatches((rows) => rows.slice(1))
      .write('memory.sink', { name: 'out' })
    await expect(project().run(steps)).rejects.toMatchObject({
      code: 'MAESTRO_STEP_CONTRACT',
      message: '1-mapBatches returned 3 results for 4 rows.',
    })
  })

  test('a step may throw a value that is not an error', async () => {
    const report = await project().run(
      pipeline('p')
        .from(numbers(2))
        .map((row) => {
          if (row.n === 1) throw 'a text'
          return row
        })
        .write('memory.sink', { name: 'out' }),
    )
    expect(report.counts.rejected).toBe(1)
    expect(runFile('rejects.jsonl')).toContain('a text')
  })

  test('a generator that throws midway rejects its row, and none of its children stays', async () => {
    const report = await project().run(
      pipeline('p')
        .from(numbers(3))
        .flatMap(function* ({ n }) {
          yield { n, part: 0 }
          if (n === 1) throw new TypeError('midway')
          yield { n, part: 1 }
        })
        .write('memory.sink', { name: 'out' }),
    )
    expect(values('out')).toEqual([0, 0, 2, 2])
    expectSums(report)
  })

  test('the values of a row are data: a 10 MB cell, emoji, __proto__, and {{x}} pass unchanged', async () => {
    const odd = [
      { text: '好'.repeat(10_000_000 / 3) },
      { text: '🎉', ['__proto__']: 1 } as Row,
      JSON.parse('{"__proto__":{"polluted":true},"text":"{{text}}"}') as Row,
    ]
    await project().run(
      pipeline('p')
        .from(odd)
        .branch((rows) => rows.write('memory.sink', { name: 'through a step file' }))
        .map((row) => ({ ...row }))
        .write('memory.sink', { name: 'out' }),
    )
    expect(sinks.rowsOf('through a step file')).toEqual(odd)
    expect(Object.hasOwn(sinks.rowsOf('through a step file')[2] ?? {}, '__proto__')).toBe(true)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

describe('stopping', () => {
  async function* endless() {
    for (let n = 0; ; n++) {
      await new Promise((resolve) => setImmediate(resolve))
      yield { n }
    }
  }

  test('before it begins, and in the middle of a source that never ends: nothing is committed', async () => {
    const stop = new AbortController()
    const steps = pipeline('p')
      .from(endless)
      .map((row) => {
        if (row.n === 50) stop.abort()
        return row
      })
      .write('memory.sink', { name: 'out' })
    await expect(project().run(steps, { signal: stop.signal })).rejects.toMatchObject({
      code: 'MAESTRO_RUN_ABORTED',
      report: { status: 'aborted' },
    })
    expect(sinks.sinks.get('out')?.state).toBe('aborted')
    expect(JSON.parse(runFile('report.json'))).toMatchObject({ status: 'aborted' })
    await expect(project().run(steps, { signal: stop.signal })).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
  })

  test('a loop over rows that is left early stops the source and frees the operators', async () => {
    let returned = false
    let disposed = false
    class Same extends MapOperator {
      override map(row: Row): Row {
        return row
      }
      override dispose(): void {
        disposed = true
      }
    }
    async function* source() {
      try {
        yield* endless()
      } finally {
        returned = true
      }
    }
    const seen: unknown[] = []
    for await (const row of project().rows(pipeline('p').from(source).use(new Same()))) {
      seen.push(row)
      if (seen.length === 3) break
    }
    expect(seen).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }])
    expect(returned).toBe(true)
    // The caller owns an operator object.
    expect(disposed).toBe(false)
  })

  test('a source that throws midway: its error, and outputs as they were', async () => {
    function* broken() {
      yield* numbers(5)
      throw new TypeError('the disk is gone')
    }
    const steps = pipeline('p').from(broken).write('memory.sink', { name: 'out' })
    await expect(project().run(steps)).rejects.toThrow(/the disk is gone/)
    expect(sinks.sinks.get('out')?.state).toBe('aborted')
  })
})

describe('the run folder', () => {
  const copy = () => pipeline('copy').from(numbers(3)).write('memory.sink', { name: 'out' })

  test('holds plan, events and the report that the run gives back; the state has a .gitignore', async () => {
    const report = await project().run(copy())
    expect(report.directory).toBe(join(folder, '.maestro/runs', report.runId))
    expect(JSON.parse(runFile('report.json'))).toEqual(JSON.parse(JSON.stringify(report)))
    expect(JSON.parse(runFile('plan.json'))).toMatchObject({ version: 1, pipeline: 'copy' })
    expect(jsonLines(runFile('events.jsonl')).map(({ event }) => event)).toEqual([
      'run-start',
      'stage-start',
      'stage-done',
      'sink-done',
      'run-done',
    ])
    expect(readFileSync(join(folder, '.maestro/.gitignore'), 'utf8')).toBe('*\n')
  })

  test('finished runs are removed except for the newest ones, and a run in progress stays', async () => {
    const kept = maestro({ plugins: [sinks.plugin], directory: folder, keepRuns: 2, logLevel: 'silent' })
    const ids: string[] = []
    const unfinished = '20200101-000000000-other-0000'
    mkdirSync(join(folder, '.maestro/runs', unfinished), { recursive: true })
    for (let turn = 0; turn < 4; turn++) {
      ids.push((await kept.run(copy())).runId)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    expect(runs()).toEqual([unfinished, ...ids.slice(-2)])
  })

  test('a preview and rows in code leave none', async () => {
    await project().preview(copy())
    await Array.fromAsync(project().rows(copy()))
    expect(existsSync(join(folder, '.maestro'))).toBe(false)
  })

  test('a state directory that cannot be made is an error before anything runs', async () => {
    writeFileSync(join(folder, 'state'), 'a file')
    const blocked = maestro({ plugins: [sinks.plugin], directory: folder, stateDirectory: 'state', logLevel: 'silent' })
    await expect(blocked.run(copy())).rejects.toMatchObject({ code: 'MAESTRO_RUN_STATE' })
    chmodSync(join(folder, 'state'), 0o600)
    expect(sinks.sinks.size).toBe(0)
  })
})

describe('sources in code', () => {
  test('arrays, iterables, generators, functions and async iterables', async () => {
    const all = async (steps: { readonly definition: ReturnType<typeof copyOf>['definition'] }) =>
      (await Array.fromAsync(project().rows(steps))).map(({ n }) => n)
    const copyOf = (rows: Iterable<{ n: number }> | AsyncIterable<{ n: number }> | (() => Iterable<{ n: number }>)) =>
      pipeline('p').from(rows)
    expect(await all(copyOf(numbers(3)))).toEqual([0, 1, 2])
    expect(await all(copyOf(new Set(numbers(2))))).toEqual([0, 1])
    expect(await all(copyOf(() => numbers(2)))).toEqual([0, 1])
    expect(await all(copyOf(numbers(2).values()))).toEqual([0, 1])
    expect(await all(copyOf(ReadableStream.from(numbers(2))))).toEqual([0, 1])
  })

  test('a key identifies rows, and rows with a repeated or missing key and values that are not rows are rejected', async () => {
    const given = [{ k: 'a' }, { k: 'b' }, { k: 'a' }, { k: null }, 7, [1]] as { k: string }[]
    const report = await project().run(pipeline('p').from(given, { key: 'k' }).write('memory.sink', { name: 'out' }))
    expect(sinks.idsOf('out')).toEqual(['a', 'b'])
    expect(jsonLines(runFile('rejects.jsonl')).map(({ code }) => code)).toEqual([
      ...Array(3).fill('MAESTRO_STORAGE_ROW_INVALID'),
      'MAESTRO_RUN_DUPLICATE_ID',
    ])
    expectSums(report)
  })

  test('no rows at all give an empty output', async () => {
    const report = await project().run(
      pipeline('p')
        .from([])
        .map((row) => row)
        .write('memory.sink', { name: 'out' }),
    )
    expect(report).toMatchObject({ status: 'done', counts: { rowsIn: 0, rowsOut: 0 } })
    expect(sinks.sinks.get('out')?.state).toBe('committed')
  })

  test('one row, and batches without any', async () => {
    const given: Batch[] = [
      { ids: [], rows: [] },
      { ids: ['a'], rows: [{ n: 1 }] },
      { ids: [], rows: [] },
    ]
    const storage: RowStorage = {
      operatorStep: 0,
      step: () => storage,
      async *read() {
        yield* given
      },
      write: () => Promise.reject(new TypeError('a source is not written to')),
    }
    const report = await project().run(
      pipeline('p')
        .from(storage)
        .mapBatches((rows) => [...rows])
        .write('memory.sink', { name: 'out' })
        .filter(() => true)
        .write('memory.sink', { name: 'again' }),
    )
    expect([values('out'), sinks.idsOf('again')]).toEqual([[1], ['a']])
    expect(report.counts).toMatchObject({ rowsIn: 1, rejected: 0 })
    expectSums(report)
  })

  test('a limited run reads no more rows than its limit', async () => {
    let made = 0
    function* source() {
      for (;;) yield { n: made++ }
    }
    const report = await project().run(pipeline('p').from(source).write('memory.sink', { name: 'out' }), { limit: 5 })
    expect(report.counts).toMatchObject({ rowsIn: 5, rowsOut: 5 })
    expect(values('out')).toEqual([0, 1, 2, 3, 4])
  })
})
