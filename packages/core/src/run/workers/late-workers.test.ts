import { expect, test } from 'vitest'
import type { StepWorkers } from '../../contracts/step-workers.js'
import { LateWorkers } from './late-workers.js'

const never = new AbortController().signal
const partition = { index: 0, ids: ['a'], rows: ['{}'], samples: 0, isSuspect: false }
const result = { outcomes: [], samples: [], requests: [], milliseconds: 1 }

/** Workers that are opened late, and what was asked of them. */
function lateWorkers({
  cores = 4,
  busyMs = 5000,
  open = async (): Promise<StepWorkers | undefined> => undefined,
} = {}) {
  const asked: string[] = []
  const late = new LateWorkers({
    cores,
    busyMs: () => busyMs,
    async open() {
      asked.push('open')
      return open()
    },
  })
  return { late, asked }
}

const opened = (asked: string[] = []): StepWorkers => ({
  width: 3,
  partition: { milliseconds: 1, leastRows: 2, mostRows: 3 },
  async run() {
    asked.push('run')
    return result
  },
  async dispose() {
    asked.push('dispose')
  },
})

test('workers are opened once, when the steps have kept the process busy, and then run partitions', async () => {
  const asked: string[] = []
  const { late, asked: opens } = lateWorkers({ open: async () => opened(asked) })
  expect([late.isOpen, late.width]).toEqual([false, 1])
  late.ranHere(100)
  late.ranHere(100)
  await expect.poll(() => late.isOpen).toBe(true)
  late.ranHere(100)
  expect([late.width, late.partition.mostRows]).toEqual([3, 3])
  await late.run(partition, never)
  await late.dispose()
  expect(opens).toEqual(['open'])
  expect(asked).toEqual(['run', 'dispose'])
})

test.each([
  { which: 'have cost little so far', busyMs: 2900, rows: 100 },
  { which: 'are light for each row', busyMs: 5000, rows: 60_000 },
  { which: 'have one core only', busyMs: 5000, rows: 100, cores: 1 },
])('steps that $which stay in the process', async ({ busyMs, rows, cores = 4 }) => {
  const { late, asked } = lateWorkers({ busyMs, cores, open: async () => opened() })
  late.ranHere(rows)
  await late.dispose()
  expect(asked).toEqual([])
})

test('workers that cannot be opened are not tried again, and a failure to open them ends the run', async () => {
  const none = lateWorkers()
  none.late.ranHere(100)
  await expect.poll(() => none.asked.length).toBe(1)
  none.late.ranHere(100)
  expect([none.late.isOpen, none.asked]).toEqual([false, ['open']])
  const failing = lateWorkers({
    open: async () => {
      throw new RangeError('no memory')
    },
  })
  failing.late.ranHere(100)
  await failing.late.dispose()
  expect(() => failing.late.ranHere(1)).toThrow('no memory')
})

test('workers that are still being opened at the end are disposed of', async () => {
  const asked: string[] = []
  const { late } = lateWorkers({ open: async () => opened(asked) })
  late.ranHere(100)
  await late.dispose()
  expect(asked).toEqual(['dispose'])
})
