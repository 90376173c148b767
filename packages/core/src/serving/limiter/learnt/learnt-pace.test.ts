import { afterEach, describe, expect, test, vi } from 'vitest'
import { learntGate } from './__fixtures__/learnt-gate.js'
import { randomKind } from './__fixtures__/random-server.js'
import { type Kind, kinds } from './__fixtures__/server-kinds.js'
import { always, bucket, randomly } from './__fixtures__/server-rules.js'
import { simulate } from './__fixtures__/simulate.js'
import { oracle } from './__fixtures__/simulated-clients.js'

afterEach(() => vi.restoreAllMocks())

/** Servers of each kind, each with its own chance. The benchmark `pace` takes more. */
const seeds = Number(process.env.PACE_SEEDS ?? 10)
const randomServers = 15 * seeds

/** The time of our client over that of one that knows all, and the rows that it lost. */
function compare(kind: Kind, seed: number) {
  const ideal = simulate(kind, seed, (clock, server) => oracle(clock, server, kind.best))
  const ours = simulate(kind, seed, (clock, _server, random) => learntGate(clock, random, kind.rows))
  return { ratio: ours.ms / ideal.ms, lost: ours.lost, fairness: ours.fairness }
}

const quantile = (numbers: readonly number[], share: number) =>
  numbers.toSorted((one, other) => one - other)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))]

describe('the learnt pace against the client that knows all', () => {
  test.each(kinds)('$name', (kind) => {
    const runs = Array.from({ length: seeds }, (_, seed) => compare(kind, seed + 1))
    const ratios = runs.map(({ ratio }) => ratio)
    const lost = runs.reduce((sum, run) => sum + run.lost, 0)
    const aim = kind.group === 'limit' ? 1.15 : 1.3
    if (process.env.PACE_SEEDS !== undefined)
      console.log([kind.name, quantile(ratios, 0.5), quantile(ratios, 0.9), Math.max(...ratios), lost].join('\t'))
    expect(lost).toBe(0)
    expect(quantile(ratios, 0.5)).toBeLessThanOrEqual(aim)
  })

  test('servers of any make', () => {
    const runs = Array.from({ length: randomServers }, (_, seed) => compare(randomKind(seed + 1), seed + 1))
    const ratios = runs.map(({ ratio }) => ratio)
    expect(runs.filter(({ lost }) => lost > 0)).toEqual([])
    expect(quantile(ratios, 0.5)).toBeLessThanOrEqual(1.1)
    expect(quantile(ratios, 0.9)).toBeLessThanOrEqual(1.3)
    expect(Math.max(...ratios)).toBeLessThanOrEqual(2)
  })

  test.each([0, 0.025])('a limit that looks like chance at first is found out, with %d refused by chance', (share) => {
    const limited: Kind = {
      name: 'a limit like chance',
      group: 'limit',
      rows: 2048,
      server: (random) => ({
        latencyMs: 200,
        spread: 0,
        stragglers: { share: 0.01, times: 20 },
        rules: [
          randomly(share, 429, always(1000), random),
          bucket({ per: 50, ms: 1000, burst: 50, retryAfter: always(1000) }),
        ],
      }),
    }
    const shares = Array.from({ length: 20 }, (_, seed) => {
      const ours = simulate(limited, seed + 1, (clock, _server, random) => learntGate(clock, random, limited.rows))
      return ours.refused / ours.sent
    })
    expect(Math.max(...shares)).toBeLessThan(0.2)
  })
})
