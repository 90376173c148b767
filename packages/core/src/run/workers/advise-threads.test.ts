import { expect, test } from 'vitest'
import { StepCounter } from '../report/step-counter.js'
import { adviseThreads } from './advise-threads.js'
import { StepTimes } from './step-times.js'

const counts = { rowsIn: 10_000, rowsOut: 10_000, rejected: 0, dropped: 0, merged: 0, created: 0 }
const steps = ['parse', 'light', 'count'].map((id) => ({ id, counts }))
const advice = (stepMs: Readonly<Record<string, number>>, durationMs = 30_000, cores = 8) =>
  adviseThreads({ steps, durationMs, stepMs: new Map(Object.entries(stepMs)) }, cores)

test('steps that kept one core busy for most of a run are named, the slowest first', () => {
  expect(advice({ count: 8000, parse: 12_000, light: 900 })).toEqual([
    {
      step: 'parse',
      message:
        "This step and count kept one core busy for 20 s, 67 % of the run. With executor: 'threads' in the config, 8 cores share the work, if each row is computed from itself alone.",
    },
  ])
  expect(advice({ parse: 20_000 }, 30_000, 2)[0]?.message).toContain("With executor: { use: 'threads', threads: 2 }")
})

test('nothing is said of short work, of light rows, of a run that waits, and on one core', () => {
  expect(advice({ parse: 9000 }, 9000)).toEqual([])
  expect(
    adviseThreads(
      {
        steps: [{ id: 'light', counts: { ...counts, rowsIn: 1e6 } }],
        durationMs: 60_000,
        stepMs: new Map([['light', 50_000]]),
      },
      8,
    ),
  ).toEqual([])
  expect(advice({ parse: 20_000 }, 50_000)).toEqual([])
  expect(advice({ parse: 20_000 }, 30_000, 1)).toEqual([])
})

test('a step is measured by what it computes, and not by what it waits for', async () => {
  const times = new StepTimes()
  const step = times.measure({
    id: 'parse',
    kind: 'map',
    counter: new StepCounter(),
    onError: 'reject',
    run: async (row) => {
      for (const end = performance.now() + 1; performance.now() < end; );
      await new Promise((resolve) => setTimeout(resolve, 50))
      return row
    },
  })
  await Promise.all(Array.from({ length: 100 }, (_, n) => step.run({ n })))
  // The machine may be busy; 100 rows have waited for 5 s.
  expect(times.milliseconds().get('parse')).toBeGreaterThanOrEqual(100)
  expect(times.milliseconds().get('parse')).toBeLessThan(4000)
})
