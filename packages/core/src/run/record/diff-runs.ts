import type { RunReport, StepCounts, UsageTotals } from '../../contracts/report.js'
import type { RowId } from '../../contracts/row.js'
import type { CallFact } from '../ledger/facts.js'
import type { RunRecord, RunSummary } from './run-record.js'

/** The calls for one row in one run, by the step that made them. */
export type RowCalls = readonly Pick<CallFact, 'step' | 'model' | 'prompt' | 'key' | 'from'>[]

/** A row that both runs wrote, with other content. */
export interface ChangedRow {
  readonly row: RowId
  readonly before: RowCalls
  readonly after: RowCalls
}

/** How two runs differ. */
export interface RunDifference {
  readonly before: RunSummary
  readonly after: RunSummary
  /** The steps of both runs, with what changed in the plan. */
  readonly steps: readonly {
    readonly id: string
    readonly before: StepCounts | undefined
    readonly after: StepCounts | undefined
    readonly usageBefore: UsageTotals | undefined
    readonly usageAfter: UsageTotals | undefined
  }[]
  /** Rows that came out of the second run only. */
  readonly added: readonly RowId[]
  /** Rows that came out of the first run only. */
  readonly gone: readonly RowId[]
  readonly changed: readonly ChangedRow[]
  /** The number of rows with equal content. */
  readonly same: number
  /** The number of rows in both runs whose content was noted in neither or one of them. */
  readonly notCompared: number
}

interface WrittenRow {
  checksum: number | undefined
  calls: CallFact[] | undefined
}

/** Compares the rows that came out of two runs, by their ids and by the checksums in the ledgers. */
export function diffRuns(before: RunRecord, after: RunRecord): RunDifference {
  const [old, fresh] = [writtenRows(before), writtenRows(after)]
  const gone = [...old.keys()].filter((id) => !fresh.has(id))
  const added: RowId[] = []
  const changed: ChangedRow[] = []
  let same = 0
  let notCompared = 0
  for (const [id, row] of fresh) {
    const earlier = old.get(id)
    if (earlier === undefined) added.push(id)
    else if (row.checksum === undefined || earlier.checksum === undefined) notCompared++
    else if (row.checksum === earlier.checksum) same++
    else changed.push({ row: id, before: callsOf(earlier), after: callsOf(row) })
  }
  return {
    before: before.summary,
    after: after.summary,
    steps: stepsOf(before.report, after.report),
    added,
    gone,
    changed,
    same,
    notCompared,
  }
}

const callsOf = ({ calls = [] }: WrittenRow): RowCalls =>
  calls.map(({ step, model, prompt, key, from }) => ({ step, model, prompt, key, from }))

function stepsOf(before: RunReport | undefined, after: RunReport | undefined): RunDifference['steps'] {
  const ids = new Set([...(before?.steps ?? []), ...(after?.steps ?? [])].map(({ id }) => id))
  const of = (report: RunReport | undefined, id: string) => report?.steps.find((step) => step.id === id)
  return [...ids].map((id) => ({
    id,
    before: of(before, id)?.counts,
    after: of(after, id)?.counts,
    usageBefore: of(before, id)?.usage,
    usageAfter: of(after, id)?.usage,
  }))
}

/** The rows that left the stages which write to sinks. */
function writtenRows({ plan, ledger }: RunRecord): ReadonlyMap<RowId, WrittenRow> {
  const writing = new Set(plan.stages.filter(({ sinks }) => sinks.length > 0).map(({ index }) => index))
  const rows = new Map<RowId, WrittenRow>()
  const calls = new Map<RowId, CallFact[]>()
  for (const { stage, pass, ids, facts } of ledger.rows()) {
    const lost = new Set<RowId>()
    const made: RowId[] = []
    const checksums = new Map<RowId, number>()
    for (const { id, fact } of facts) {
      if (fact.kind === 'called') {
        const known = calls.get(id)
        if (known === undefined) calls.set(id, [fact])
        else known.push(fact)
      } else if (fact.kind === 'written') checksums.set(id, fact.checksum)
      else if (fact.kind === 'split') {
        lost.add(id)
        for (let number = 0; number < fact.rows; number++) made.push(`${id}/${fact.step}/${number}`)
      } else lost.add(id)
    }
    if (!writing.has(stage) || pass === 'input') continue
    for (const id of [...ids, ...made])
      if (!lost.has(id)) rows.set(id, { checksum: checksums.get(id), calls: undefined })
    // Rows that a sink refused later.
    for (const id of lost) rows.delete(id)
  }
  for (const [id, found] of calls) {
    const row = rows.get(id)
    if (row !== undefined) row.calls = found
  }
  return rows
}
