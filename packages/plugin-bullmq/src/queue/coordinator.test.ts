// The process of a run and its workers, simulated: what takes hours or a thousand machines takes a moment.
import { expect, test } from 'vitest'
import { expectedOf, type SimulationSettings, simulate } from '../__fixtures__/simulation/simulate.js'

const noFaults = { lost: 0, doubled: 0, silent: 0, late: 0, away: 0 }
/** Each seed has other kinds of faults, because one kind may hide that another is not dealt with. */
const faultsOf = (seed: number) => ({
  faults: seed & 1 ? { lost: 0.1, doubled: 0.1, silent: 0.2, late: 0.2, away: 0.1 } : noFaults,
  ...(seed & 2 ? { deathEvery: 20_000 } : {}),
  ...(seed & 4 ? { standEvery: 15_000 } : {}),
  ...(seed & 8 ? { resumeEvery: 30_000 } : {}),
})

/** Simulates, and checks that each partition has come back right and that no result was replaced. */
async function simulated(settings: SimulationSettings) {
  const result = await simulate(settings)
  const expected = Array.from({ length: settings.partitions }, (_, index) => expectedOf(index))
  expect(
    result.results.map((partition) => partition?.outcomes),
    `seed ${settings.seed}`,
  ).toEqual(expected)
  expect(result.files.replaced, `seed ${settings.seed}`).toEqual([])
  return result
}

test('messages are lost, doubled, and late, processes die or stand still: each partition comes back once', async () => {
  const sum = { deaths: 0, stands: 0, resumptions: 0, again: 0 }
  for (let seed = 0; seed < 64; seed++) {
    const settings = { seed, workers: 4, concurrency: 2, partitions: 60, milliseconds: seed & 16 ? 8000 : 2000 }
    const { deaths, stands, resumptions, runs } = await simulated({ ...settings, ...faultsOf(seed) })
    sum.deaths += deaths
    sum.stands += stands
    sum.resumptions += resumptions
    sum.again += runs - settings.partitions
    // A resumed run hands out again what was on its way. Everything else is a fault of the queue or of a worker.
    expect(runs - settings.partitions).toBeLessThanOrEqual(16 * resumptions + 2 * (deaths + stands) + 60)
  }
  for (const faults of Object.values(sum)) expect(faults).toBeGreaterThan(10)
})

test('a thousand workers are busy, and a partition costs the server as much as with ten', async () => {
  const costs = []
  for (const workers of [10, 1000]) {
    const settings = {
      seed: 1,
      workers,
      concurrency: 1,
      partitions: 2 * workers,
      milliseconds: 4000,
      faults: noFaults,
    }
    const { runs, inFlight, took, files, queueRequests } = await simulated(settings)
    expect({ runs, inFlight }).toEqual({ runs: settings.partitions, inFlight: 2 * workers })
    const { partitions = 0, tasks = 0, workers: beats = 0 } = files.asked
    costs.push({
      ofQueue: queueRequests / runs,
      ofFolder: partitions / runs,
      ofWorker: (tasks + beats) / workers / (took / 1000),
    })
  }
  const [few, many] = costs
  for (const [what, cost] of Object.entries(many ?? {}))
    expect(cost / (few?.[what as keyof typeof few] ?? 0), what).toBeLessThan(1.1)
  expect(many?.ofQueue).toBeLessThan(4)
  expect(many?.ofFolder).toBeLessThan(12)
  expect(many?.ofWorker).toBeLessThan(7)
})
