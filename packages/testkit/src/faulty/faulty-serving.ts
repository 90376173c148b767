import type { Serving } from '@maestro-dataflow/core'
import { ask, servingOf } from '../around-serving.js'
import { canonicalJson, sha256 } from '../canonical.js'
import { testkitError } from '../errors.js'
import { type FaultName, type FaultSettings, faultNames, meetFault } from './faults.js'

/** The share of the calls for each fault. */
export interface FaultyOptions extends Partial<FaultSettings> {
  /** Another seed draws other calls. @default 0 */
  readonly seed?: number
  /** Shares from 0 to 1, together at most 1. */
  readonly faults: Readonly<Partial<Record<FaultName, number>>>
}

/** The number of calls, and the number of each fault. */
export type FaultCounts = Readonly<Record<FaultName | 'calls' | 'answered', number>>

/** A serving that sometimes fails, and counts how. */
export type Faulty<S extends Serving> = S & { readonly counts: FaultCounts }

/**
 * Adds faults to a serving of any kind, as real providers have them on bad days. The outcome of a call is drawn from
 * the seed, the request, and how often that request was made before, so that a run can be repeated exactly, in whatever
 * order its calls are made. The faults are thrown as providers throw them: typed, with a waiting time.
 *
 * @throws MAESTRO_TESTKIT_FAULTS
 * @example
 * const serving = faultyServing(scriptedServing(() => 'fine'), { seed: 1, faults: { rateLimited: 0.05, server: 0.02 } })
 */
export function faultyServing<S extends Serving>(inner: S, options: FaultyOptions): Faulty<S> {
  const { seed = 0, faults, retryAfterMs = 50, slowMs = 50 } = options
  assertShares(faults)
  const counts = Object.fromEntries(['calls', 'answered', ...faultNames].map((name) => [name, 0])) as Record<
    keyof FaultCounts,
    number
  >
  const attempts = new Map<string, number>()
  const serving = servingOf<S>(
    inner,
    (call) => {
      const content = sha256(canonicalJson(call.request))
      const attempt = (attempts.get(content) ?? 0) + 1
      attempts.set(content, attempt)
      counts.calls++
      const fault = drawFault(faults, sha256(`${seed} ${attempt} ${content}`))
      if (fault !== undefined) counts[fault]++
      const proceed = async () => {
        const result = await ask(inner, call)
        counts.answered++
        return result
      }
      if (fault === undefined) return proceed()
      return meetFault(fault, inner.name, { retryAfterMs, slowMs }, call.options, proceed)
    },
    async () => inner.dispose?.(),
  )
  return Object.assign(serving, { counts })
}

/** The first 52 bits of a hash, as a number from 0 to 1, select a fault or none. */
function drawFault(faults: FaultyOptions['faults'], hash: string): FaultName | undefined {
  let drawn = Number.parseInt(hash.slice(0, 13), 16) / 2 ** 52
  return faultNames.find((name) => {
    drawn -= faults[name] ?? 0
    return drawn < 0
  })
}

function assertShares(faults: FaultyOptions['faults']): void {
  const given = Object.entries(faults)
  const known: readonly string[] = faultNames
  const issues = [
    ...given.filter(([name]) => !known.includes(name)).map(([name]) => `there is no fault "${name}"`),
    ...given.filter(([, share]) => !(share >= 0 && share <= 1)).map(([name, share]) => `${name} is ${share}`),
  ]
  const sum = given.reduce((total, [, share]) => total + share, 0)
  if (issues.length === 0 && sum > 1 + 1e-9) issues.push(`together they are ${sum}`)
  if (issues.length > 0) throw testkitError('MAESTRO_TESTKIT_FAULTS', { issues })
}
