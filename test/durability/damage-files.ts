import { expect, test } from 'vitest'
import { DamagedRuns, type KilledRunName } from './damaged-runs.js'

const every = Number(process.env.EVERY_BYTE ?? 0)
const isLong = every > 0

/**
 * Declares tests that cut and change each file of killed runs: they are resumed right, or refused in words. With
 * EVERY_BYTE=1, this is done at each byte, with EVERY_BYTE=10 at each tenth.
 */
export function testDamage(names: readonly KilledRunName[]): void {
  const kinds = names.flatMap((name) => [[name, 'cut'] as const, [name, 'changed'] as const])
  test.each(kinds)('each file of a run that %s may be %s', { timeout: isLong ? 0 : 120_000 }, async (name, damage) => {
    const runs = await DamagedRuns.of(name)
    const cases = runs.files.flatMap(({ name, length }) => places(length).map((place) => ({ name, damage, place })))
    // A damaged lease is taken over after ten seconds of silence, for which many can wait at the same time.
    const isLease = ({ name }: { readonly name: string }) => name.includes('/lease/')
    const leases = isLong ? cases.filter(isLease) : []
    const others = cases.filter((one) => !isLease(one))
    const faults: unknown[] = []
    const refusals = new Map<string, number>()
    for (const [lanes, queue] of [
      [3, others],
      [60, leases],
    ] as const) {
      const left = queue.values()
      const work = Array.from({ length: Math.min(lanes, queue.length) }, async () => {
        const resume = runs.resumer()
        for (const one of left) {
          const outcome = await resume(one.name, one.damage, one.place)
          if ('left' in outcome) {
            if (!isSame(outcome.left, runs.expected)) faults.push({ ...one, ...outcome })
          } else if (isRefusal(outcome.refusal)) refusals.set(outcome.refusal, (refusals.get(outcome.refusal) ?? 0) + 1)
          else faults.push({ ...one, ...outcome })
        }
      })
      await Promise.all(work)
    }
    if (isLong)
      console.info(name, damage, { bytes: sumOf(runs.files.map(({ length }) => length)), runs: cases.length, refusals })
    const told = faults.map((fault) => JSON.stringify(fault))
    expect(told).toEqual([])
  })
}

/** The last one is about the file in which an incremental run keeps what it has processed. */
const isRefusal = (text: string) =>
  [/ cannot be resumed: /, /^MAESTRO_FS_APPEND .* is damaged\.$/, /^MAESTRO_INCREMENTAL_LAST_RUN /].some((one) =>
    one.test(text),
  )

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0)

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

const places = (length: number) =>
  isLong ? Array.from({ length: Math.ceil(length / every) }, (_, index) => index * every) : [Math.floor(length / 2)]
