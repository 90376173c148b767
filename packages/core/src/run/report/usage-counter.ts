import type { RequestDoneEvent, ServingStateEvent } from '../../contracts/events.js'
import type { ServingReport, UsageTotals } from '../../contracts/report.js'
import { retriesOf } from '../../serving/retries-of.js'
import type { ServingListener } from '../serving-listener.js'
import type { Entry } from '../stream/ordered-window.js'
import { UnrecordedUsage } from './unrecorded-usage.js'
import { addUsageTotals, type GrowingUsage, noUsage, type StepUsage } from './usage-totals.js'

interface Serving {
  state: ServingStateEvent | undefined
  coolDowns: number
  readonly warnings: Map<string, number>
}

/** What a step asked a serving. */
interface Questions {
  readonly serving: string
  readonly step: string
  /** The keys of the answers; two of them show that the questions differ. */
  readonly keys: Set<string>
  answers: number
}

/** Adds up the tokens, cost, and calls of one run, by step and by serving. */
export class UsageCounter implements ServingListener {
  readonly #run: string
  /** By step, and by serving. */
  readonly #usage = new Map<string, Map<string, GrowingUsage>>()
  readonly #servings = new Map<string, Serving>()
  readonly #questions = new Map<string, Questions>()
  readonly #unrecorded: UnrecordedUsage | undefined

  readonly #onWarning: (serving: string, step: string | undefined, warning: string) => void

  /**
   * @param onWarning Called when a serving gives a warning for the first time in this run.
   * @param isRecorded Whether the run has a record of its calls, which outlives the process.
   */
  constructor(
    run: string,
    onWarning: (serving: string, step: string | undefined, warning: string) => void,
    isRecorded = false,
  ) {
    this.#run = run
    this.#onWarning = onWarning
    this.#unrecorded = isRecorded ? new UnrecordedUsage() : undefined
  }

  requestDone(event: RequestDoneEvent): void {
    if (event.run !== this.#run) return
    const usage = toTotals(event)
    this.add({ step: event.step ?? '', serving: event.serving, usage })
    this.#unrecorded?.requestDone(event, usage)
    const { warnings } = this.#serving(event.serving)
    this.#countQuestion(event)
    for (const warning of event.warnings ?? []) {
      const requests = warnings.get(warning) ?? 0
      if (requests === 0) this.#onWarning(event.serving, event.step, warning)
      warnings.set(warning, requests + 1)
    }
  }

  /** Adds usage, such as that of the run before it was resumed. */
  add({ step, serving, usage }: StepUsage): void {
    const ofStep = entry(this.#usage, step, () => new Map<string, GrowingUsage>())
    addUsageTotals(entry(ofStep, serving, noUsage), usage)
  }

  /** Takes over usage of committed rows that is not in the record of calls. */
  restoreUnrecorded(used: StepUsage): void {
    this.add(used)
    this.#unrecorded?.add(used)
  }

  /** Takes a record that leaves the window of its stage. */
  left(entry: Entry): void {
    this.#unrecorded?.left(entry)
  }

  /** Called at the end of a stage, when no row is in progress. */
  settle(): void {
    this.#unrecorded?.settle()
  }

  /** What rows that have left used and the record of calls does not know. */
  unrecorded(steps: readonly string[]): readonly StepUsage[] {
    return this.#unrecorded?.list(steps) ?? []
  }

  servingState(event: ServingStateEvent): void {
    const serving = this.#serving(event.serving)
    if (event.coolDownMs !== undefined && serving.state?.coolDownMs === undefined) serving.coolDowns++
    serving.state = event
  }

  of(step: string): UsageTotals | undefined {
    const ofStep = this.#usage.get(step)
    return ofStep === undefined ? undefined : sum([...ofStep.values()])
  }

  /** The usage of some steps, by serving. */
  list(steps: readonly string[]): readonly StepUsage[] {
    return steps.flatMap((step) =>
      [...(this.#usage.get(step) ?? [])].map(([serving, usage]) => ({ step, serving, usage: { ...usage } })),
    )
  }

  total(): UsageTotals {
    return sum([...this.#usage.values()].flatMap((ofStep) => [...ofStep.values()]))
  }

  /** The servings that this run has asked. A step that asked the same question for all its rows is warned about. */
  servings(): readonly ServingReport[] {
    this.#warnOfOneQuestion()
    const used = this.list([...this.#usage.keys()])
    const names = [...new Set(used.map(({ serving }) => serving))]
    return names.flatMap((serving) => {
      const usage = sum(used.filter((one) => one.serving === serving).map((one) => one.usage))
      if (usage.requests + usage.reusedAnswers === 0) return []
      const { state, coolDowns, warnings } = this.#serving(serving)
      const { concurrency, requestsPerMinute } = state ?? {}
      return {
        serving,
        usage,
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
        coolDowns,
        warnings: [...warnings].map(([message, requests]) => ({ message, requests })),
      }
    })
  }

  #countQuestion({ serving, step, rowId, key, error }: RequestDoneEvent): void {
    if (step === undefined || rowId === undefined || key === undefined || error !== undefined) return
    const questions = entry(this.#questions, `${step}\n${serving}`, () => ({
      serving,
      step,
      keys: new Set(),
      answers: 0,
    }))
    questions.answers++
    if (questions.keys.size < 2) questions.keys.add(key)
  }

  #warnOfOneQuestion(): void {
    for (const { serving, step, keys, answers } of this.#questions.values()) {
      if (answers < 2 || keys.size > 1) continue
      const warning = `All ${answers} answers of the step ${step} come from one question. Check that its prompt names a column, as {{name}}.`
      const { warnings } = this.#serving(serving)
      if (!warnings.has(warning)) this.#onWarning(serving, step, warning)
      warnings.set(warning, answers)
    }
  }

  #serving(name: string): Serving {
    return entry(this.#servings, name, () => ({
      state: undefined,
      coolDowns: 0,
      warnings: new Map(),
    }))
  }
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function toTotals(event: RequestDoneEvent): UsageTotals {
  const { from, error, usage, cost } = event
  return {
    requests: from === 'provider' ? 1 : 0,
    failedRequests: error === undefined ? 0 : 1,
    reusedAnswers: from === 'cache' || from === 'joined' ? 1 : 0,
    retries: retriesOf(event),
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    cachedInputTokens: usage?.cachedInputTokens ?? 0,
    reasoningTokens: usage?.reasoningTokens ?? 0,
    // A serving that was not asked costs nothing.
    cost: usage === undefined ? 0 : cost,
  }
}

function sum(usages: readonly UsageTotals[]): UsageTotals {
  const total = noUsage()
  for (const usage of usages) addUsageTotals(total, usage)
  return total
}
