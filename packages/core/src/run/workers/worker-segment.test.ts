import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Row } from '../../contracts/row.js'
import type { RowPartition, StepWorkers } from '../../contracts/step-workers.js'
import { maestroError } from '../../errors/error-table.js'
import { StepCounter } from '../report/step-counter.js'
import type { RowStep } from '../stream/row-step.js'
import { RowStream } from '../stream/row-stream.js'
import type { StepBase } from '../stream/step-base.js'
import { LateWorkers } from './late-workers.js'
import { runPartition } from './run-partition.js'
import { WorkerRuns } from './worker-runs.js'
import type { WorkerSegment } from './worker-segment.js'

const never = new AbortController().signal

/** Steps that lose, reject, and multiply rows. */
const steps = (): readonly RowStep[] => {
  const base = (id: string) => ({ id, onError: 'reject' as const, counter: new StepCounter() })
  return [
    { ...base('choose'), kind: 'filter', run: ({ n }) => Number(n) % 5 !== 0 },
    {
      ...base('split'),
      kind: 'flatMap',
      run: (row) => Array.from({ length: Number(row.n) % 4 }, (_, part) => ({ ...row, part })),
    },
    {
      ...base('refuse'),
      kind: 'map',
      run: (row) => {
        if (row.part === 1 && Number(row.n) % 7 === 0) throw new RangeError(`no ${row.n}`)
        return { ...row, big: BigInt(Number(row.n)) }
      },
    },
  ]
}

const settings = { run: 'r', params: {}, rowsInFlight: 100, clonesRows: false, takeRequests: () => [], signal: never }

/** Workers in this process, reached as text. */
const workers = (before: (partition: RowPartition) => void | Promise<void> = () => undefined): StepWorkers => ({
  width: 3,
  partition: { milliseconds: 10, leastRows: 1, mostRows: 7 },
  async run(partition) {
    await before(partition)
    const sent: RowPartition = JSON.parse(JSON.stringify(partition))
    return JSON.parse(JSON.stringify(await runPartition(steps(), sent, settings)))
  },
  dispose: async () => undefined,
})

function segmentOf(given: StepWorkers, keepsOrder: boolean, bases: readonly StepBase[]): WorkerSegment {
  const segment: WorkerSegment = {
    kind: 'workers',
    open: (context, events) => new WorkerRuns(segment, context, events),
    steps: bases,
    workers: given,
    late: given instanceof LateWorkers ? given : undefined,
    executor: 'acme',
    keepsOrder,
    clonesRows: false,
    batchSize: 1,
    rowsInFlight: 100,
    ownSteps: steps,
    takeRequest: () => undefined,
  }
  return segment
}

/** Runs rows through a stream. */
async function through(chain: readonly (RowStep | WorkerSegment)[], count: number) {
  const out: (readonly [string, Row])[] = []
  const rejected: string[] = []
  const stream = new RowStream({
    steps: chain,
    rowsInFlight: 100,
    bytesInFlight: 1e9,
    spillPath: '',
    run: 'r',
    params: {},
    signal: never,
    reject: (step, id, _row, { message, code }) => void rejected.push(`${step.id} ${id} ${code} ${message}`),
    emit: (ids, rows) => void out.push(...ids.map((id, index): [string, Row] => [id, rows[index] as Row])),
  })
  const rows = Array.from({ length: count }, (_, n) => ({ n }))
  await stream.feed(
    rows.map(({ n }) => `row-${n}`),
    rows,
    1000,
  )
  await stream.finish()
  await stream.dispose()
  return { out, rejected }
}

test.each([
  { which: 'in the order of the rows', keepsOrder: true },
  { which: 'as they arrive', keepsOrder: false },
])(
  'results taken $which leave the rows, counts, and rejected rows of a chain without workers',
  async ({ keepsOrder }) => {
    const here = steps()
    const expected = await through(here, 500)
    const elsewhere = steps()
    const late = workers(async ({ index }) => void (await sleep(index % 3 === 0 ? 8 : 1)))
    const found = await through([segmentOf(late, keepsOrder, elsewhere)], 500)
    expect(found.out).toEqual(expected.out)
    expect(keepsOrder ? found.rejected : found.rejected.toSorted()).toEqual(
      keepsOrder ? expected.rejected : expected.rejected.toSorted(),
    )
    expect(elsewhere.map(({ counter }) => counter.snapshot())).toEqual(here.map(({ counter }) => counter.snapshot()))
  },
)

test('workers that are opened in the middle leave the same rows, counts, and rejected rows', async () => {
  const expectedSteps = steps()
  const expected = await through(expectedSteps, 500)
  const elsewhere = steps()
  const partitions: number[] = []
  const opened = workers(({ index }) => void partitions.push(index))
  let busyMs = 0
  // The steps seem to cost more and more.
  const late = new LateWorkers({ cores: 2, busyMs: () => (busyMs += 500), open: async () => opened })
  const found = await through([segmentOf(late, true, elsewhere)], 500)
  expect(found).toEqual(expected)
  expect(elsewhere.map(({ counter }) => counter.snapshot())).toEqual(
    expectedSteps.map(({ counter }) => counter.snapshot()),
  )
  expect(partitions.length).toBeGreaterThan(0)
})

test('the same partition gives the same result every time', async () => {
  const partition = {
    index: 0,
    ids: ['a', 'b'],
    rows: ['{"id":"","row":{"n":7}}', '{"id":"","row":{"n":6}}'],
    samples: 2,
    isSuspect: false,
  }
  const results = [await runPartition(steps(), partition, settings), await runPartition(steps(), partition, settings)]
  const [first, second] = results.map(({ milliseconds: _, ...rest }) => JSON.parse(JSON.stringify(rest)))
  const withoutStacks = (value: unknown) => JSON.stringify(value, (key, item) => (key === 'stack' ? undefined : item))
  expect(withoutStacks(first)).toBe(withoutStacks(second))
  expect(first.outcomes).toMatchObject([
    { split: 'split', into: [{ row: expect.any(String) }, { rejected: 'refuse' }, { row: expect.any(String) }] },
    { split: 'split', into: [{ row: expect.any(String) }, { row: expect.any(String) }] },
  ])
  expect(first.samples.length).toBe(2 + 2 + 2)
})

test('the rows that kill workers are found among the others, and rejected by the first step', async () => {
  const deadly = ['row-33', 'row-34', 'row-71']
  let deaths = 0
  const dying = workers(({ ids }) => {
    if (!ids.some((id) => deadly.includes(id))) return
    deaths++
    throw maestroError('MAESTRO_WORKER_CRASHED', { steps: ['choose'], ids, reason: 'it died' })
  })
  const expected = await through(steps(), 100)
  const elsewhere = steps()
  const { out, rejected } = await through([segmentOf(dying, true, elsewhere)], 100)
  const lives = (id: string) => !deadly.some((dead) => id === dead || id.startsWith(`${dead}/`))
  expect(out).toEqual(expected.out.filter(([id]) => lives(id)))
  expect(rejected.filter((text) => text.includes('MAESTRO_WORKER_CRASHED')).map((text) => text.split(' ')[1])).toEqual(
    deadly,
  )
  expect(elsewhere[0]?.counter.snapshot()).toMatchObject({ rowsIn: 100, rejected: 3 })
  expect(deaths).toBeLessThan(20)
})

test('a failure of the workers themselves stops the stream', async () => {
  const broken = workers(() => {
    throw new RangeError('the queue is gone')
  })
  await expect(through([segmentOf(broken, true, steps())], 50)).rejects.toThrow('the queue is gone')
})

test.each([
  { which: 'leave out an outcome', change: <Outcome>(outcomes: readonly Outcome[]) => outcomes.slice(1) },
  {
    which: 'return one twice',
    change: <Outcome>(outcomes: readonly Outcome[]) => [...outcomes, ...outcomes.slice(0, 1)],
  },
])('workers that $which end the run, as rows would get the outcome of others', async ({ change }) => {
  const right = workers()
  const wrong: StepWorkers = {
    ...right,
    async run(partition, signal) {
      const result = await right.run(partition, signal)
      return { ...result, outcomes: change(result.outcomes) }
    },
  }
  await expect(through([segmentOf(wrong, true, steps())], 50)).rejects.toMatchObject({
    code: 'MAESTRO_RUN_EXECUTOR',
    message: expect.stringMatching(/^The executor acme has workers that returned \d+ outcomes for \d+ rows/),
  })
})
