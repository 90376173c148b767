import type { PartitionResult, RowPartition } from '../../contracts/step-workers.js'
import { toErrorData } from '../../errors/error-data.js'
import { decodeStepLine, encodeStepLine } from '../../provider/step-codec.js'
import type { TraceRow } from '../stream/row-chain.js'
import type { RowStep } from '../stream/row-step.js'
import { encodeOutcome } from './row-outcome.js'
import { type RunRowsOptions, runRows } from './run-rows.js'

export interface PartitionSettings extends Omit<RunRowsOptions, 'signal' | 'trace'> {
  /** The requests to models since the last partition. */
  takeRequests(): readonly string[]
}

/**
 * Runs one partition: the same rows give the same outcomes, wherever it runs. Only the steps are given, and nothing is
 * written.
 */
export async function runPartition(
  steps: readonly RowStep[],
  { ids, rows: lines, samples: most }: RowPartition,
  settings: PartitionSettings & Pick<RunRowsOptions, 'signal'>,
): Promise<PartitionResult> {
  const started = performance.now()
  const { trace, samples } = sampling(most)
  const rows = lines.map((line) => decodeStepLine(line).row)
  const end = () => ({ samples, requests: settings.takeRequests(), milliseconds: performance.now() - started })
  try {
    const { leaves, rejects } = await runRows(steps, { ids, rows }, { ...settings, trace })
    return { outcomes: leaves.map((leaf) => encodeOutcome(leaf, rejects)), ...end() }
  } catch (error) {
    return { outcomes: [], failure: toErrorData(error), ...end() }
  }
}

/** Notes the first rows that leave each step. */
function sampling(most: number) {
  const samples: PartitionResult['samples'][number][] = []
  const counts = new Map<string, number>()
  const trace: TraceRow = (step, id, row) => {
    const known = counts.get(step) ?? 0
    if (known >= most) return
    counts.set(step, known + 1)
    try {
      samples.push({ step, id, row: encodeStepLine('', row) })
    } catch {
      // A row that cannot be sent is not shown.
    }
  }
  return { trace: most > 0 ? trace : undefined, samples }
}
