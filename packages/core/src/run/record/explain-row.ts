import type { PlannedStage, PlannedStep } from '../../contracts/plan.js'
import type { RowId } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import { hasReceipt } from '../durability/stage-receipts.js'
import type { CallFact } from '../ledger/facts.js'
import { parentOf, type RowTrail } from '../ledger/read-ledger.js'
import { stageFolder } from '../state/stage-files.js'
import type { RunRecord, RunStatus } from './run-record.js'

/** What became of a row at a step or sink. */
export type RowOutcome =
  | 'passed'
  | 'written'
  | 'dropped'
  | 'merged'
  | 'rejected'
  | 'split'
  /** The step works on whole tables, and does not tell what it does with single rows. */
  | 'unknown'
  /** The run ended before. */
  | 'not reached'

/** One step, sink, or the source, as a row met it. */
export interface RowStop {
  /** `source`, or the id of the step or sink. */
  readonly step: string
  readonly use: string
  readonly outcome: RowOutcome
  /** Why the row was dropped, if the operator said it. */
  readonly reason?: string
  /** The row that it was merged into. */
  readonly into?: RowId
  /** The rows that were made of it. */
  readonly children?: readonly RowId[]
  /** The error of a rejected row. */
  readonly code?: string
  readonly message?: string
  readonly hint?: string
  readonly tries?: number
  /** What a person has done to the row after the step. */
  readonly edited?: 'changed' | 'added'
  /** The calls to models for the row. */
  readonly calls?: readonly Omit<CallFact, 'kind' | 'step'>[]
}

/** What happened to a row in a run. */
export interface RowExplanation {
  readonly run: string
  readonly pipeline: string
  readonly status: RunStatus
  readonly row: RowId
  /** The row that it was made of, and the step that made it. */
  readonly parent?: { readonly row: RowId; readonly step: string }
  /** The steps and sinks that the row met, in order; in a pipeline with branches, those of each branch. */
  readonly stops: readonly RowStop[]
  /** The last outcome of each branch. */
  readonly verdicts: readonly RowOutcome[]
}

/** Explains what happened to a row. @throws MAESTRO_RUN_ROW_UNKNOWN */
export function explainRow(record: RunRecord, id: RowId): RowExplanation {
  const trail = record.ledger.trail(id)
  if (trail === undefined) throw maestroError('MAESTRO_RUN_ROW_UNKNOWN', { row: id, run: record.runId })
  const walk = new RowWalk(record, id, trail)
  const parent = parentOf(id)
  const isChild = parent !== undefined && record.plan.steps.some(({ id: step }) => step === parent.step)
  const { runId: run, status, plan } = record
  return {
    run,
    pipeline: plan.pipeline,
    status,
    row: id,
    ...(isChild ? { parent: { row: parent.id, step: parent.step } } : {}),
    ...walk.follow(isChild ? parent.step : walk.origin()),
  }
}

/** The number of children that are named. */
const mostChildren = 100

class RowWalk {
  readonly #record: RunRecord
  readonly #id: RowId
  readonly #trail: RowTrail
  readonly #stops: RowStop[] = []
  readonly #verdicts: RowOutcome[] = []

  constructor(record: RunRecord, id: RowId, trail: RowTrail) {
    this.#record = record
    this.#id = id
    this.#trail = trail
  }

  /** Where the row began: at the source or, for a group, at the step that made it. */
  origin(): string {
    const { stages } = this.#record.plan
    const added = this.#addedBehind()
    if (added !== undefined) return added
    const [first] = this.#trail.left
    const [known] = this.#steps()
    if (first === undefined) return (known && this.#groupingBefore(known)) ?? 'source'
    const isMade = first.pass === 'output' && !this.#trail.left.some(({ pass }) => pass === 'input')
    return isMade ? this.#makerOf(stages[first.stage]) : 'source'
  }

  /** The step behind which a person has added the row. */
  #addedBehind(): string | undefined {
    const added = this.#trail.facts.find(({ fact }) => fact.kind === 'edited' && fact.how === 'added')?.fact
    return added?.kind === 'edited' ? added.step : undefined
  }

  /** The step of a stage, or of one before it, that made the row. Only stages over whole tables list no rows that they read. */
  #makerOf(stage: PlannedStage | undefined): string {
    const grouping = stage?.steps.findLast((step) => this.#isGrouping(step))
    if (stage === undefined || grouping !== undefined) return grouping ?? 'source'
    if (stage.input === 'source') return 'source'
    const before = this.#record.plan.stages[stage.input]
    return stage.kind === 'table' && before?.kind !== 'rows' ? this.#makerOf(before) : (stage.steps[0] ?? 'source')
  }

  /** The steps that the ledger names for the row. */
  #steps(): readonly string[] {
    return this.#trail.facts.flatMap(({ fact }) => (fact.kind === 'written' ? [] : [fact.step]))
  }

  /** The last step before another one that makes groups, behind which the rows of before are gone. */
  #groupingBefore(step: string): string | undefined {
    const input = this.#record.plan.steps.find(({ id }) => id === step)?.input
    if (input === undefined || input === 'source') return undefined
    return this.#isGrouping(input) ? input : this.#groupingBefore(input)
  }

  #isGrouping(step: string): boolean {
    const planned = this.#record.plan.steps.find(({ id }) => id === step)
    return planned?.kind === 'table' && planned.effects.keeps !== undefined
  }

  #isBefore(step: string, later: string): boolean {
    const input = this.#record.plan.steps.find(({ id }) => id === later)?.input
    return input !== undefined && (input === step || this.#isBefore(step, input))
  }

  follow(origin: string): Pick<RowExplanation, 'stops' | 'verdicts'> {
    const rejected = this.#rejectAt('source', this.#record.plan.source.use)
    // A later row with the same id may have been rejected, while the first one went on.
    const added = this.#record.plan.steps.find(({ id }) => id === this.#addedBehind())
    if (added !== undefined) this.#meet(added)
    else if (rejected === undefined || this.#trail.left.length > 0) this.#goOn(origin)
    if (rejected !== undefined) this.#end(rejected)
    return { stops: this.#stops, verdicts: this.#verdicts }
  }

  #goOn(point: string): void {
    const { steps, sinks, stages } = this.#record.plan
    for (const sink of sinks.filter(({ input }) => input === point)) {
      const written: RowOutcome = this.#record.status === 'done' ? 'written' : 'not reached'
      this.#end(this.#rejectAt(sink.id, sink.use) ?? { step: sink.id, use: sink.use, outcome: written })
    }
    const next = steps.filter(({ input }) => input === point)
    for (const step of next) this.#meet(step)
    const isEnd = next.length === 0 && !sinks.some(({ input }) => input === point)
    if (isEnd && stages.length > 0) this.#verdicts.push('passed')
  }

  #meet(step: PlannedStep): void {
    const stop = this.#stopAt(step)
    if (stop.outcome !== 'passed') this.#end(stop)
    else {
      this.#stops.push(stop)
      this.#goOn(step.id)
    }
  }

  #end(stop: RowStop): void {
    this.#stops.push(stop)
    this.#verdicts.push(stop.outcome)
  }

  #stopAt({ id: step, use, kind }: PlannedStep): RowStop {
    const facts = this.#trail.facts.flatMap(({ fact }) => (fact.kind !== 'written' && fact.step === step ? [fact] : []))
    const calls = facts.flatMap((fact) => {
      if (fact.kind !== 'called') return []
      const { kind: _, step: __, ...call } = fact
      return [call]
    })
    const edit = facts.findLast((fact) => fact.kind === 'edited')
    const base = {
      step,
      use,
      ...(edit === undefined ? {} : { edited: edit.how }),
      ...(calls.length === 0 ? {} : { calls }),
    }
    const rejected = this.#rejectAt(step, use)
    if (rejected !== undefined) return { ...base, ...rejected }
    for (const fact of facts) {
      if (fact.kind === 'dropped')
        return { ...base, outcome: 'dropped', ...(fact.reason === undefined ? {} : { reason: fact.reason }) }
      if (fact.kind === 'merged') return { ...base, outcome: 'merged', into: fact.into }
      if (fact.kind !== 'split') continue
      const shown = Math.min(fact.rows, mostChildren)
      const children = Array.from({ length: shown }, (_, number) => `${this.#id}/${step}/${number}`)
      return { ...base, outcome: 'split', children }
    }
    return { ...base, outcome: kind === 'table' || kind === 'opaque' ? this.#afterTable(step) : this.#afterRows(step) }
  }

  /** What became of a row that a row step did not lose. */
  #afterRows(step: string): RowOutcome {
    const { status, plan } = this.#record
    if (status === 'done') return 'passed'
    const stage = plan.stages.find(({ steps }) => steps.includes(step))?.index
    return this.#trail.left.some((left) => left.stage === stage) ? 'passed' : 'not reached'
  }

  /** What became of a row that a step over a whole table does not name. */
  #afterTable(step: string): RowOutcome {
    if (this.#steps().some((known) => this.#isBefore(step, known))) return 'passed'
    const stage = this.#record.plan.stages.find(({ steps }) => steps.includes(step))
    const { left } = this.#trail
    if (left.some((place) => place.stage === stage?.index && place.pass === 'output')) return 'passed'
    if (left.some((place) => place.stage > (stage?.index ?? 0))) return 'passed'
    const hasFinished =
      this.#record.status === 'done' || (stage !== undefined && hasReceipt(stageFolder(this.#record.directory, stage)))
    return hasFinished ? 'unknown' : 'not reached'
  }

  #rejectAt(step: string, use: string): RowStop | undefined {
    const fact = this.#trail.facts.find((found) => found.fact.kind === 'rejected' && found.fact.step === step)?.fact
    if (fact?.kind !== 'rejected') return undefined
    const line = this.#record.rejectsOf(this.#id).find((reject) => reject.step === step)
    return {
      step,
      use,
      outcome: 'rejected',
      code: fact.code,
      tries: fact.tries,
      ...(line === undefined ? {} : { message: line.message }),
      ...(line?.hint === undefined ? {} : { hint: line.hint }),
    }
  }
}
