import type { RowStep } from '../stream/row-step.js'

/** Of so many calls of a step, one is measured: a clock takes longer than many a step. */
const calledPerMeasured = 16

interface StepTime {
  calls: number
  measured: number
  milliseconds: number
}

/** How long the steps of a run kept its thread busy. */
export class StepTimes {
  readonly #times = new Map<string, StepTime>()

  /** A step that is measured. What it waits for does not count. */
  measure<Step extends RowStep>(step: Step): Step {
    const time: StepTime = { calls: 0, measured: 0, milliseconds: 0 }
    this.#times.set(step.id, time)
    const call: (...input: readonly unknown[]) => unknown = step.run as never
    const run = (...input: readonly unknown[]): unknown => {
      if (time.calls++ % calledPerMeasured > 0) return call(...input)
      const started = performance.now()
      const result = call(...input)
      time.milliseconds += performance.now() - started
      time.measured++
      return result
    }
    return { ...step, run }
  }

  /** The milliseconds of each step, estimated from what was measured. */
  milliseconds(): ReadonlyMap<string, number> {
    const estimates = [...this.#times].map(([step, { calls, measured, milliseconds }]): [string, number] => [
      step,
      measured === 0 ? 0 : (milliseconds / measured) * calls,
    ])
    return new Map(estimates)
  }
}
