import { availableParallelism } from 'node:os'
import type { StepReport, StepWarning } from '../../contracts/report.js'

/** What is known of a run at its end. */
export interface MeasuredRun {
  readonly steps: readonly Pick<StepReport, 'id' | 'counts'>[]
  readonly durationMs: number
  /** How long steps that threads could run kept the thread of the run busy. */
  readonly stepMs: ReadonlyMap<string, number>
}

/** The least time that is worth a change of the config. */
const leastMs = 10_000
/** The least share of the time of the run. */
const leastShare = 0.5
/** The least time of a row: its way to a thread and back takes up to half as long. */
const leastRowMs = 0.1

/** What a user is told whose steps would run faster in threads: by what was measured in this run. */
export function adviseThreads(
  { steps, durationMs, stepMs }: MeasuredRun,
  cores: number = availableParallelism(),
): readonly StepWarning[] {
  const heavy = steps.flatMap(({ id, counts }) => {
    const ms = stepMs.get(id) ?? 0
    return ms / Math.max(1, counts.rowsIn) < leastRowMs ? [] : [{ id, ms }]
  })
  const sum = heavy.reduce((total, { ms }) => total + ms, 0)
  const [first, ...others] = heavy.toSorted((one, other) => other.ms - one.ms)
  if (first === undefined || cores < 2 || sum < leastMs || sum < leastShare * durationMs) return []
  const who = others.length === 0 ? 'This step' : `This step and ${others.map(({ id }) => id).join(', ')}`
  const share = Math.min(100, Math.round((100 * sum) / durationMs))
  // By default, one core is left to the run itself.
  const setting = cores > 2 ? "executor: 'threads'" : "executor: { use: 'threads', threads: 2 }"
  const message = `${who} kept one core busy for ${Math.round(sum / 1000)} s, ${share} % of the run. With ${setting} in the config, ${cores} cores share the work, if each row is computed from itself alone.`
  return [{ step: first.id, message }]
}
