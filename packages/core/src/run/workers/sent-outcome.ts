import type { Row, RowId } from '../../contracts/row.js'
import type { SentOutcome, SentRow } from '../../contracts/step-workers.js'
import { fromErrorData, toErrorData } from '../../provider/error-data.js'
import { emptyLeaf, type Leaf } from '../stream/ordered-window.js'
import { toStepError } from '../stream/step-result.js'
import type { RanRows, RejectOfRow } from './run-rows.js'
import { receiveRow, sendRow } from './sent-row.js'

/** What became of a row, as data; `null` if a value of it cannot be sent. */
export function encodeOutcome(leaf: Leaf, rejects: RanRows['rejects'], clones: boolean): SentOutcome {
  const { id, row, children, lost, rejected } = leaf
  if (row !== undefined) return sent(row, clones, (out) => ({ row: out }))
  if (lost !== undefined) return { dropped: lost.step, reason: lost.reason }
  if (children !== undefined) {
    const into = children.map((child) => encodeOutcome(child, rejects, clones))
    return into.includes(null) ? null : { split: splitterOf(leaf) ?? '', into }
  }
  const reject = rejects.get(id)
  return sent(reject?.row ?? {}, clones, (given) => ({
    rejected: rejected ?? '',
    given,
    error: toErrorData(reject?.error),
  }))
}

function sent(row: Row, clones: boolean, make: (sent: SentRow) => SentOutcome): SentOutcome {
  const out = sendRow(row, clones)
  return out === undefined ? null : make(out)
}

/** Fills a leaf with what became of its row, and notes the rows that were rejected. */
export function decodeOutcome(outcome: SentOutcome, leaf: Leaf, id: RowId, rejects: Map<RowId, RejectOfRow>): void {
  leaf.id = id
  if (outcome === null) return
  if ('row' in outcome) leaf.row = receiveRow(outcome.row)
  else if ('dropped' in outcome) leaf.lost = { kind: 'dropped', step: outcome.dropped, reason: outcome.reason }
  else if ('split' in outcome) {
    leaf.children = outcome.into.map((into, index) => {
      const child = emptyLeaf('')
      decodeOutcome(into, child, `${id}/${outcome.split}/${index}`, rejects)
      return child
    })
  } else {
    leaf.rejected = outcome.rejected
    const error = toStepError(fromErrorData(outcome.error), outcome.rejected, id)
    rejects.set(id, { row: receiveRow(outcome.given), error })
  }
}

/** The step that made the children of a leaf. */
export function splitterOf({ id, children }: Leaf): string | undefined {
  return children?.[0]?.id.slice(id.length + 1, -'/0'.length)
}
