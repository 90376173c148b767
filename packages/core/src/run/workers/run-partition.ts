import type { PartitionResult, RowPartition } from '../../contracts/step-workers.js'
import { toErrorData } from '../../provider/error-data.js'
import type { RowStep } from '../stream/row-step.js'
import { RowTraces, type TracedRow } from './row-traces.js'
import { type RunRowsOptions, runRows } from './run-rows.js'
import { encodeOutcome } from './sent-outcome.js'
import { receiveRow, sendRow } from './sent-row.js'

export interface PartitionSettings extends Omit<RunRowsOptions, 'signal' | 'trace'> {
  /** Whether rows may be sent back as they are. */
  readonly clonesRows: boolean
  /** The requests to models since the last partition. */
  takeRequests(): readonly string[]
}

/**
 * Runs one partition: the same rows give the same outcomes, wherever it runs. Only the steps are given, and nothing is
 * written.
 */
export async function runPartition(
  steps: readonly RowStep[],
  { ids, rows: sent, samples: most }: RowPartition,
  settings: PartitionSettings & Pick<RunRowsOptions, 'signal'>,
): Promise<PartitionResult> {
  const started = performance.now()
  const traces = new RowTraces(most)
  const rows = sent.map(receiveRow)
  const end = () => ({
    samples: toSamples(traces.rows),
    requests: settings.takeRequests(),
    milliseconds: performance.now() - started,
  })
  try {
    const { leaves, rejects } = await runRows(steps, { ids, rows }, { ...settings, trace: traces.trace })
    return { outcomes: leaves.map((leaf) => encodeOutcome(leaf, rejects, settings.clonesRows)), ...end() }
  } catch (error) {
    return { outcomes: [], failure: toErrorData(error), ...end() }
  }
}

/** A row that cannot be sent is not shown. */
function toSamples(traced: readonly TracedRow[]): PartitionResult['samples'] {
  return traced.flatMap(({ step, id, row }) => {
    const sent = sendRow(row, false)
    return sent === undefined ? [] : [{ step, id, row: sent }]
  })
}
