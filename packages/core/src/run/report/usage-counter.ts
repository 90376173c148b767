import type { RequestDoneEvent, ServingStateEvent } from '../../contracts/hooks.js'
import type { ServingReport, UsageTotals } from '../../contracts/report.js'
import type { ServingListener } from '../run-context.js'

type Totals = { -readonly [Name in keyof UsageTotals]: UsageTotals[Name] }

interface Serving {
  readonly usage: Totals
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
  readonly #steps = new Map<string, Totals>()
  readonly #servings = new Map<string, Serving>()
  readonly #questions = new Map<string, Questions>()

  readonly #onWarning: (serving: string, step: string | undefined, warning: string) => void

  /** @param onWarning Called when a serving gives a warning for the first time in this run. */
  constructor(run: string, onWarning: (serving: string, step: string | undefined, warning: string) => void) {
    this.#run = run
    this.#onWarning = onWarning
  }

  requestDone(event: RequestDoneEvent): void {
    if (event.run !== this.#run) return
    const totals = toTotals(event)
    addTotals(entry(this.#steps, event.step ?? '', noUsage), totals)
    const serving = this.#serving(event.serving)
    addTotals(serving.usage, totals)
    this.#countQuestion(event)
    for (const warning of event.warnings ?? []) {
      const requests = serving.warnings.get(warning) ?? 0
      if (requests === 0) this.#onWarning(event.serving, event.step, warning)
      serving.warnings.set(warning, requests + 1)
    }
  }

  servingState(event: ServingStateEvent): void {
    const serving = this.#serving(event.serving)
    if (event.coolDownMs !== undefined && serving.state?.coolDownMs === undefined) serving.coolDowns++
    serving.state = event
  }

  of(step: string): UsageTotals | undefined {
    return this.#steps.get(step)
  }

  total(): UsageTotals {
    const sum = noUsage()
    for (const totals of this.#steps.values()) addTotals(sum, totals)
    return sum
  }

  /** The servings that this run has asked. A step that asked the same question for all its rows is warned about. */
  servings(): readonly ServingReport[] {
    this.#warnOfOneQuestion()
    const asked = [...this.#servings].filter(([, { usage }]) => usage.requests + usage.reusedAnswers > 0)
    return asked.map(([serving, { usage, state, coolDowns, warnings }]) => {
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
      usage: noUsage(),
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

function toTotals({ from, error, usage, cost, tries, calls = 1 }: RequestDoneEvent): UsageTotals {
  return {
    requests: from === 'provider' ? 1 : 0,
    failedRequests: error === undefined ? 0 : 1,
    reusedAnswers: from === 'cache' || from === 'joined' ? 1 : 0,
    retries: Math.max(0, tries - calls),
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    cachedInputTokens: usage?.cachedInputTokens ?? 0,
    reasoningTokens: usage?.reasoningTokens ?? 0,
    // A serving that was not asked costs nothing.
    cost: usage === undefined ? 0 : cost,
  }
}

function addTotals(totals: Totals, other: UsageTotals): void {
  // An unknown price makes the sum unknown, not smaller.
  const cost = totals.cost === undefined || other.cost === undefined ? undefined : totals.cost + other.cost
  for (const name of Object.keys(totals) as (keyof Totals)[]) totals[name] = (totals[name] ?? 0) + (other[name] ?? 0)
  totals.cost = cost
}

function noUsage(): Totals {
  return {
    requests: 0,
    failedRequests: 0,
    reusedAnswers: 0,
    retries: 0,
    inputTokens: 0,
    outputTokens: 0,
    cachedInputTokens: 0,
    reasoningTokens: 0,
    cost: 0,
  }
}
