import type { RowId } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import type { RunRecord } from './run-record.js'

/** Rows that a step left out for one reason. */
export interface DropReason {
  readonly outcome: 'dropped' | 'merged'
  /** What the operator or the table engine said; undefined if it said nothing. */
  readonly reason: string | undefined
  readonly rows: number
  /** The first of the rows; for merged rows, with the row that was kept. */
  readonly examples: readonly { readonly row: RowId; readonly into?: RowId }[]
}

/** What a step left out. */
export interface DroppedRows {
  readonly run: string
  readonly step: string
  readonly use: string
  /** By the counts of the run; undefined for an unfinished run. */
  readonly dropped: number | undefined
  readonly merged: number | undefined
  /** The rows that the ledger names, those with the most frequent reason first. */
  readonly reasons: readonly DropReason[]
}

/**
 * The rows that a step dropped or merged, by reason.
 *
 * @param most The number of examples of each reason. @throws MAESTRO_RUN_STEP_UNKNOWN
 */
export function droppedRows(record: RunRecord, step: string, most = 5): DroppedRows {
  const planned = record.plan.steps.find(({ id, use }) => id === step || use === step)
  if (planned === undefined)
    throw maestroError('MAESTRO_RUN_STEP_UNKNOWN', {
      step,
      run: record.runId,
      steps: record.plan.steps.map(({ id }) => id),
    })
  const reasons = new Map<string, { -readonly [Name in keyof DropReason]: DropReason[Name] }>()
  for (const { id, fact } of record.ledger.facts()) {
    if ((fact.kind !== 'dropped' && fact.kind !== 'merged') || fact.step !== planned.id) continue
    const reason = fact.kind === 'dropped' ? fact.reason : undefined
    const key = `${fact.kind} ${reason ?? ''}`
    const known = reasons.get(key) ?? { outcome: fact.kind, reason, rows: 0, examples: [] }
    const example = fact.kind === 'merged' ? { row: id, into: fact.into } : { row: id }
    reasons.set(key, {
      ...known,
      rows: known.rows + 1,
      examples: known.examples.length < most ? [...known.examples, example] : known.examples,
    })
  }
  const counts = record.report?.steps.find(({ id }) => id === planned.id)?.counts
  return {
    run: record.runId,
    step: planned.id,
    use: planned.use,
    dropped: counts?.dropped,
    merged: counts?.merged,
    reasons: [...reasons.values()].sort((a, b) => b.rows - a.rows),
  }
}
