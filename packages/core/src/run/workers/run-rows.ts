import type { Row, RowId } from '../../contracts/row.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import type { Leaf } from '../stream/ordered-window.js'
import type { RowStep } from '../stream/row-step.js'
import { RowStream } from '../stream/row-stream.js'
import type { TraceRow } from '../stream/trace-row.js'

/** A row that a step could not process, as it came in. */
export interface RejectOfRow {
  readonly row: Row
  readonly error: MaestroError
}

/** What became of some rows, each as the tree of what was made of it. */
export interface RanRows {
  readonly leaves: readonly Leaf[]
  readonly rejects: ReadonlyMap<RowId, RejectOfRow>
}

export interface RunRowsOptions {
  readonly run: string
  readonly params: unknown
  readonly signal: AbortSignal
  readonly rowsInFlight: number
  readonly trace?: TraceRow | undefined
}

/** Takes some rows through steps, without anything around them. @throws the error that ends the run */
export async function runRows(
  steps: readonly RowStep[],
  { ids, rows }: { readonly ids: readonly RowId[]; readonly rows: readonly Row[] },
  options: RunRowsOptions,
): Promise<RanRows> {
  const leaves: Leaf[] = []
  const rejects = new Map<RowId, RejectOfRow>()
  const stream = new RowStream({
    ...options,
    steps,
    // The rows are in memory already, and there is no file of the run here.
    bytesInFlight: Number.POSITIVE_INFINITY,
    spillPath: '',
    left: ({ id, row, children, lost, rejected, passedBy }) =>
      leaves.push({ id, row, children, lost, rejected, passedBy }),
    emit: () => undefined,
    reject: (_step, id, row, error) => rejects.set(id, { row, error }),
  })
  try {
    await stream.feed(ids, rows, 0)
    await stream.finish()
    return { leaves, rejects }
  } finally {
    await stream.dispose()
  }
}
