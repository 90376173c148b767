import type { PlanEstimate, Range, StepEstimate } from '../contracts/estimate.js'
import type { RequestDoneEvent, ServingStateEvent } from '../contracts/hooks.js'
import type { Usage } from '../contracts/serving.js'
import type { CompiledPipeline } from '../pipeline/compile/compiled-pipeline.js'
import { previewPipeline } from './preview-pipeline.js'
import type { RunEnvironment } from './run-context.js'
import { countRows } from './source/count-rows.js'

/** Two standard errors: the true value lies inside about 19 times out of 20. */
const errors = 2

/** What a request cost, either now or when its cached answer was first requested. */
interface Taken {
  readonly usage: Usage
  readonly cost?: number | undefined
}

type Sample = Pick<RequestDoneEvent, 'usage' | 'cost' | 'durationMs' | 'from' | 'saved'>

/**
 * Runs a few rows and estimates from them the calls, tokens, and cost of all rows. The ranges follow from how much the
 * probes differ: the mean plus and minus two standard errors.
 *
 * @param probes Rows to try.
 */
export async function estimateRun(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  probes: number,
  signal?: AbortSignal,
): Promise<PlanEstimate> {
  const samples = new Map<string, { readonly step: string; readonly serving: string; readonly requests: Sample[] }>()
  const states = new Map<string, ServingStateEvent>()
  const stop = environment.observeServings({
    requestDone(event) {
      const { step = '', serving } = event
      const key = JSON.stringify([step, serving])
      const known = samples.get(key) ?? { step, serving, requests: [] }
      samples.set(key, known)
      known.requests.push(event)
    },
    servingState: (event) => void states.set(event.serving, event),
  })
  const { report } = await previewPipeline(compiled, environment, probes, signal).finally(stop)
  const tried = report.counts.rowsIn
  const rows = tried < probes ? { count: tried, exact: true } : await countRows(compiled, environment, signal)
  const scale = rows === undefined || tried === 0 ? 1 : rows.count / tried
  const steps = [...samples.values()].map(({ step, serving, requests }) => ({
    step,
    serving,
    ...scaled(requests, scale),
    seconds: secondsOf(requests, scale, states.get(serving)),
  }))
  return {
    probes: tried,
    rows,
    rejected: report.counts.rejected,
    steps: steps.map(({ seconds: _, ...step }): StepEstimate => step),
    total: {
      requests: sum(steps.map((step) => step.requests)),
      inputTokens: sum(steps.map((step) => step.inputTokens)),
      outputTokens: sum(steps.map((step) => step.outputTokens)),
      cost: sumOfKnown(steps.map((step) => step.cost)),
      seconds: longest(steps),
    },
  }
}

function scaled(requests: readonly Sample[], scale: number): Omit<StepEstimate, 'step' | 'serving'> {
  const asked = requests.filter(({ from }) => from !== 'joined')
  // An answer that an earlier probe stored keeps the usage of its original request.
  const taken = asked.map(({ usage, cost, saved }): Taken | undefined =>
    usage === undefined ? saved : { usage, cost },
  )
  const range = (of: (one: Taken | undefined) => number) => spread(taken.map(of), scale)
  const unpriced = taken.some((one) => one !== undefined && one.cost === undefined)
  const calls = asked.filter(({ from }) => from !== 'packed').length
  return {
    requests: { low: Math.round(calls * scale), high: Math.round((calls + requests.length - asked.length) * scale) },
    inputTokens: rounded(range((one) => one?.usage.inputTokens ?? 0)),
    outputTokens: rounded(range((one) => one?.usage.outputTokens ?? 0)),
    cost: unpriced ? undefined : range((one) => one?.cost ?? 0),
  }
}

/** The sum over all rows, extrapolated from the values of some. */
function spread(values: readonly number[], scale: number): Range {
  const count = values.length
  const seen = values.reduce((total, value) => total + value, 0)
  if (count === 0 || scale === 1) return { low: seen, high: seen }
  const mean = seen / count
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / Math.max(1, count - 1)
  // One value does not show how much the values differ.
  const deviation = count === 1 ? mean : Math.sqrt(variance)
  const margin = (errors * deviation) / Math.sqrt(count)
  const all = count * scale
  return { low: Math.max(seen, (mean - margin) * all), high: (mean + margin) * all }
}

/** The time that the calls take at the given concurrency, and at least the time that the requests per minute allow. */
function secondsOf(requests: readonly Sample[], scale: number, state: ServingStateEvent | undefined): Range {
  const asked = requests.filter(({ from }) => from === 'provider')
  const { low, high } = spread(
    asked.map(({ durationMs }) => durationMs / 1000),
    scale,
  )
  const beside = Math.max(1, Math.floor(state?.concurrency ?? 1))
  const least = state?.requestsPerMinute === undefined ? 0 : (asked.length * scale * 60) / state.requestsPerMinute
  return { low: Math.max(least, low / beside), high: Math.max(least, high / beside) }
}

/** Steps that use one serving share its calls; different servings work in parallel. */
function longest(steps: readonly { readonly serving: string; readonly seconds: Range }[]): Range {
  const servings = Map.groupBy(steps, ({ serving }) => serving)
  const each = [...servings.values()].map((group) => sum(group.map(({ seconds }) => seconds)))
  return { low: Math.max(0, ...each.map(({ low }) => low)), high: Math.max(0, ...each.map(({ high }) => high)) }
}

function sum(ranges: readonly Range[]): Range {
  return ranges.reduce((one, other) => ({ low: one.low + other.low, high: one.high + other.high }), { low: 0, high: 0 })
}

function sumOfKnown(ranges: readonly (Range | undefined)[]): Range | undefined {
  const known = ranges.filter((range) => range !== undefined)
  return known.length === ranges.length ? sum(known) : undefined
}

const rounded = ({ low, high }: Range): Range => ({ low: Math.floor(low), high: Math.ceil(high) })
