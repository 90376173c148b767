import type { PlanEstimate, Range, StepEstimate, UncertainStep } from '../../contracts/estimate.js'
import type { ServingStateEvent } from '../../contracts/events.js'
import type { PlannedStep } from '../../contracts/plan.js'
import type { RunReport } from '../../contracts/report.js'
import { MaestroError } from '../../errors/maestro-error.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import { previewPipeline } from '../preview-pipeline.js'
import type { RunEnvironment } from '../run-environment.js'
import { runPipeline } from '../run-pipeline.js'
import { countRows } from '../source/count-rows.js'
import { compareWithBudgets } from './against-budgets.js'
import { ChosenRows } from './chosen-rows.js'
import { freeHead, headOf, tailOf } from './free-head.js'
import { askedRowsOfSteps, asking, questionColumns } from './question-columns.js'
import { confidence, sum } from './spread.js'
import { StepSamples } from './step-samples.js'

/** The time in milliseconds during which the steps that cost nothing are run for all rows. */
const patience = 10_000

/** The rows to try, and of how many they are a choice. */
interface Probes {
  readonly pipeline: CompiledPipeline
  readonly count: number
  readonly rows: PlanEstimate['rows']
  readonly counted: PlanEstimate['counted']
  /** The number of rows that count, each with questions of its own; undefined if it is unknown. */
  readonly all: number | undefined
  questionsOf(step: string): number | undefined
}

/**
 * Estimates the calls, tokens, and cost of all rows from a few of them. The steps at the start that cost nothing are run
 * for all rows, and some of the rows that they end with are tried.
 *
 * @param probes The number of rows to try.
 */
export async function estimateRun(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  probes: number,
  signal?: AbortSignal,
): Promise<PlanEstimate> {
  const chosen = (await chooseRows(compiled, environment, probes, signal)) ?? {
    pipeline: compiled,
    count: probes,
    rows: undefined,
    counted: undefined,
    all: undefined,
    questionsOf: () => undefined,
  }
  const samples = new Map<string, StepSamples>()
  const states = new Map<string, ServingStateEvent>()
  const stop = environment.observeServings({
    requestDone(event) {
      const key = JSON.stringify([event.step, event.serving])
      const known = samples.get(key) ?? new StepSamples(event)
      samples.set(key, known)
      known.add(event)
    },
    servingState: (event) => void states.set(event.serving, event),
  })
  const { report } = await previewPipeline(chosen.pipeline, environment, chosen.count, signal)
    .catch((error) => ifBudgetEnded(error, samples.size > 0))
    .finally(stop)
  const { rowsIn } = report.counts
  const tried = report.status === 'done' ? rowsIn : Math.max(...[...samples.values()].map(({ rows }) => rows))
  const rows =
    chosen.counted === undefined ? await sourceRows(compiled, environment, tried, probes, signal) : chosen.rows
  const all = Math.max(tried, chosen.all ?? rows?.count ?? tried)
  const planned = chosen.pipeline.plan.steps
  const estimates = [...samples.values()].map((one) => ({
    step: one.step,
    serving: one.serving,
    provider: one.provider,
    ...one.estimate(
      {
        tried,
        all,
        questions: chosen.questionsOf(one.step),
        isReached: isSurelyReached(one.step, planned),
        isConditional: planned.some(({ id, where }) => id === one.step && where !== undefined),
        isRegrouped: planned.some(
          ({ id, kind }) => kind === 'table' && isBeforeAny(id, new Set([one.step]), planned, chosen.counted),
        ),
      },
      states.get(one.serving),
    ),
  }))
  return {
    probes: tried,
    rows,
    counted: chosen.counted,
    rejected: report.counts.rejected,
    confidence,
    steps: estimates.map(({ provider: _, seconds: __, ...step }): StepEstimate => step),
    uncertain: uncertainSteps(compiled, new Set(estimates.map(({ step }) => step)), tried < all, chosen.counted),
    budgets: compareWithBudgets(environment.budgets, estimates),
    total: {
      requests: sum(estimates.map((step) => step.requests)),
      inputTokens: sum(estimates.map((step) => step.inputTokens)),
      outputTokens: sum(estimates.map((step) => step.outputTokens)),
      cost: sumOfKnown(estimates.map((step) => step.cost)),
      seconds: longest(estimates),
    },
  }
}

/** A budget that ends the tries is exceeded; what was tried until then shows by how much. */
function ifBudgetEnded(error: unknown, isSampled: boolean): { readonly report: RunReport } {
  const { report } = error as { readonly report?: RunReport }
  if (report === undefined || !isSampled || !MaestroError.is(error, 'MAESTRO_BUDGET_REACHED')) throw error
  return { report }
}

/**
 * Runs the steps that cost nothing for all rows, and chooses some of the rows at their end. Undefined if that takes too
 * long, or if the rows can be read only once.
 */
async function chooseRows(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Probes | undefined> {
  const { source, plan } = compiled
  if ('rows' in source.node && !Array.isArray(source.node.rows)) return undefined
  const head = freeHead(compiled)
  const rest = plan.steps.filter(({ id }) => !head.includes(id))
  const conditions = new Map(
    [...compiled.steps].flatMap(([id, { node }]) => (node.where === undefined ? [] : [[id, node.where] as const])),
  )
  const chosen = new ChosenRows(
    count,
    questionColumns(rest, conditions),
    askedRowsOfSteps(rest, conditions),
    asking(rest, conditions),
  )
  const enough = AbortSignal.timeout(patience)
  try {
    const { counts } = await runPipeline(headOf(compiled, head), environment, {
      signal: signal === undefined ? enough : AbortSignal.any([signal, enough]),
      keep: false,
      allowEmpty: true,
      output: chosen,
    })
    return {
      pipeline: tailOf(compiled, head, chosen.chosen),
      count,
      rows: { count: counts.rowsIn, exact: true },
      counted: { after: head.at(-1) ?? 'source', rows: chosen.rows },
      all: chosen.questions,
      questionsOf: (step) => chosen.questionsOf(step),
    }
  } catch (error) {
    if (signal?.aborted === true || !MaestroError.is(error)) throw error
    // What fails here fails for the first rows too, and is told there.
    return undefined
  }
}

async function sourceRows(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  tried: number,
  probes: number,
  signal: AbortSignal | undefined,
): Promise<PlanEstimate['rows']> {
  return tried < probes ? { count: tried, exact: true } : countRows(compiled, environment, signal)
}

/** Whether nothing before a step can drop a row or make several of it. */
function isSurelyReached(id: string, steps: readonly PlannedStep[]): boolean {
  const before = (step: PlannedStep | undefined): boolean => {
    if (step === undefined || step.input === 'source') return true
    const input = steps.find((one) => one.id === step.input)
    return (input?.kind === 'map' || input?.kind === 'mapBatches') && before(input)
  }
  return before(steps.find((step) => step.id === id))
}

/** The steps that the estimate does not cover, and those whose calls do not grow with the rows. */
function uncertainSteps(
  { plan }: CompiledPipeline,
  seen: ReadonlySet<string>,
  isPartial: boolean,
  counted: PlanEstimate['counted'],
): readonly UncertainStep[] {
  const uncertain: UncertainStep[] = []
  for (const { id, servings, kind } of plan.steps) {
    if (servings.length > 0 && !seen.has(id))
      uncertain.push({ step: id, reason: 'none of the tried rows reached it, so its calls are not included' })
    else if (
      isPartial &&
      (kind === 'table' || kind === 'opaque') &&
      (seen.has(id) || isBeforeAny(id, seen, plan.steps, counted))
    )
      uncertain.push({
        step: id,
        reason: seen.has(id)
          ? 'it works on all rows together, so the tried rows show little of what it asks'
          : 'it works on all rows together and saw only the tried ones, so it may leave more or fewer rows of all',
      })
  }
  return uncertain
}

/** Whether a step over the whole table that was not run for all rows comes before a step that asks. */
function isBeforeAny(
  id: string,
  seen: ReadonlySet<string>,
  steps: readonly PlannedStep[],
  counted: PlanEstimate['counted'],
): boolean {
  if (counted !== undefined && isAtOrBefore(id, counted.after, steps)) return false
  return [...seen].some((asking) => isAtOrBefore(id, asking, steps))
}

function isAtOrBefore(id: string, later: string, steps: readonly PlannedStep[]): boolean {
  if (id === later) return true
  const input = steps.find((step) => step.id === later)?.input
  return input !== undefined && isAtOrBefore(id, input, steps)
}

/** Steps that use one serving share its calls; different servings work in parallel. */
function longest(steps: readonly { readonly serving: string; readonly seconds: Range }[]): Range {
  const servings = Map.groupBy(steps, ({ serving }) => serving)
  const each = [...servings.values()].map((group) => sum(group.map(({ seconds }) => seconds)))
  return { low: Math.max(0, ...each.map(({ low }) => low)), high: Math.max(0, ...each.map(({ high }) => high)) }
}

function sumOfKnown(ranges: readonly (Range | undefined)[]): Range | undefined {
  const known = ranges.filter((range) => range !== undefined)
  return known.length === ranges.length ? sum(known) : undefined
}
