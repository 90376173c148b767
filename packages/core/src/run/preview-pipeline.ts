import type { RunReport } from '../contracts/report.js'
import type { Row, RowId } from '../contracts/row.js'
import { MaestroError } from '../errors/maestro-error.js'
import { type CompiledPipeline, withoutSinks } from '../pipeline/compile/compiled-pipeline.js'
import type { RunEnvironment } from './run-environment.js'
import { runPipeline } from './run-pipeline.js'

/** The rows after one step. */
export interface PreviewStep {
  readonly id: string
  /** The name of the operator or of the source's storage, or `function`. */
  readonly use: string
  /** `source` or the id of the step before; undefined for the source itself. */
  readonly input: string | undefined
  readonly rows: readonly { readonly id: RowId; readonly row: Row }[]
}

/** The result of a preview: the rows after the source and after each step, and the rows that failed. */
export interface Preview {
  readonly steps: readonly PreviewStep[]
  readonly rejects: readonly { readonly id: RowId; readonly row: unknown; readonly error: MaestroError }[]
  readonly report: RunReport
}

/**
 * Runs a few rows through a whole pipeline and keeps the rows after each step. It opens no sinks and creates no run
 * folder.
 *
 * @param count The number of rows to read from the source.
 */
export async function previewPipeline(
  compiled: CompiledPipeline,
  environment: RunEnvironment,
  count: number,
  signal?: AbortSignal,
): Promise<Preview> {
  const rows = new Map<string, { id: RowId; row: Row }[]>([['source', []]])
  for (const id of compiled.steps.keys()) rows.set(id, [])
  const rejects: { id: RowId; row: unknown; error: MaestroError }[] = []
  const report = await runToShow(withoutSinks(compiled), environment, {
    signal,
    limit: count,
    keep: false,
    trace: (step, id, row) => rows.get(step)?.push({ id, row: snapshotOf(row) }),
    onReject: (row) => rejects.push(row),
  })
  for (const { node, planned } of compiled.steps.values()) {
    if (planned.kind !== 'table' && planned.kind !== 'opaque')
      orderLike(rows.get(node.id) ?? [], rows.get(node.input) ?? [])
  }
  const steps = [...rows].map(([id, traced]): PreviewStep => {
    const planned = compiled.steps.get(id)?.planned
    return { id, use: planned?.use ?? compiled.plan.source.use, input: planned?.input, rows: traced }
  })
  return { steps, rejects, report }
}

/** A preview never fails because every row failed: those failures are worth showing too. */
async function runToShow(...parameters: Parameters<typeof runPipeline>): Promise<RunReport> {
  try {
    return await runPipeline(...parameters)
  } catch (error) {
    const { report } = error as { report?: RunReport }
    const rowsFailed = ['MAESTRO_RUN_ALL_FAILED', 'MAESTRO_RUN_TOO_MANY_REJECTS'].some((code) =>
      MaestroError.is(error, code),
    )
    if (rowsFailed && report !== undefined) return report
    throw error
  }
}

/** A copy of the current row, because a later step may change the object. */
function snapshotOf(row: Row): Row {
  try {
    return structuredClone(row)
  } catch {
    return { ...row }
  }
}

/** Rows are traced as they finish. This sorts them by the order of the rows that they came from. */
function orderLike(rows: { id: RowId }[], before: readonly { readonly id: RowId }[]): void {
  const position = new Map(before.map(({ id }, index) => [id, index]))
  const rank = ({ id }: { id: RowId }) => position.get(id) ?? position.get(id.split('/').slice(0, -2).join('/')) ?? 0
  rows.sort((a, b) => rank(a) - rank(b))
}
