import type { Row } from '../../contracts/row.js'
import type { SourceBatch, SourceReader } from '../../contracts/source.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { reasonOf } from '../../errors/reason-of.js'
import { SourceChecks } from '../checks/source-checks.js'
import { behind, type InputPosition } from '../durability/input-position.js'
import type { RunContext } from '../run-context.js'
import type { StageCommits } from '../stages/stage-commits.js'
import { limitRows } from './read-source.js'

/**
 * The rows of the source, checked and counted; its broken records become rejected rows.
 *
 * @param commits Follows what is read, if the stage commits partitions.
 * @param from What an earlier process of the run has finished; only the rows behind it are returned.
 * @throws MAESTRO_STORAGE_READ, MAESTRO_SOURCE_CONTRACT, and what stops the run at a rejected row
 */
export async function* readSource(
  stage: number,
  reader: SourceReader,
  context: RunContext,
  commits?: StageCommits,
  from?: InputPosition,
): AsyncGenerator<SourceBatch> {
  const { sourceCounter, hooks, limit, compiled } = context
  const { use } = compiled.plan.source
  const checks = sourceChecks(context)
  const total = rowsToRead(reader, context)
  const announce = (done: boolean): void => {
    if (!hooks.sourceProgress.isUsed()) return
    const { runId } = context.folder
    const known = total === undefined ? {} : { rowsTotal: total }
    hooks.sourceProgress.call({ runId, rows: sourceCounter.rowsIn, ...known, ...reader.progress?.(), done })
  }
  try {
    let warned = false
    const all = checks.checked(reader.read(from?.cursor?.at))
    const rest = from === undefined ? all : behind(all, from, from.cursor?.records ?? 0)
    for await (const batch of limitRows(rest, limit === undefined ? undefined : limit - (from?.rows ?? 0))) {
      if (checks.isBounded && !warned)
        context.logger.warn('The source has too many ids to compare all of them; some may come twice unnoticed.')
      warned = checks.isBounded
      countBatch(batch, stage, context, commits)
      commits?.read(batch)
      yield batch
      announce(false)
    }
    // Rows that were not read again may have had a column that the others lack.
    if (limit === undefined && from?.cursor === undefined) checks.assertComplete(reader.rowCount, sourceCounter.rowsIn)
  } catch (error) {
    if (MaestroError.is(error)) throw error
    throw maestroError('MAESTRO_STORAGE_READ', { location: use, reason: reasonOf(error) }, error)
  }
  announce(true)
}

/** The checks of what the source of a run gives. */
export function sourceChecks({ compiled, settings, pluginOf }: RunContext): SourceChecks {
  const { use, columns } = compiled.plan.source
  const { definition } = compiled.source
  const isExact = !columns.open && definition !== undefined
  const rule = { isExact, isOptional: definition?.optionalColumns === true }
  return new SourceChecks({ use, plugin: pluginOf('storages', use) }, columns.columns, rule, settings.checks)
}

/** Counts the rows of a batch and rejects its broken records. */
function countBatch(
  { ids, rows, rejects = [] }: SourceBatch,
  stage: number,
  context: RunContext,
  commits: StageCommits | undefined,
): void {
  const { sourceCounter, trace, samples } = context
  const { use } = context.compiled.plan.source
  sourceCounter.rowsIn += rows.length + rejects.length
  sourceCounter.rowsOut += rows.length
  for (const reject of rejects) {
    sourceCounter.begin(reject.id)
    sourceCounter.fail(reject.id)
    reject.error.at({ step: 'source', rowId: reject.id })
    if (context.settings.onError === 'fail') throw reject.error
    const hold = commits && ((record: () => void) => commits.holdUnread(reject.after ?? 0, record))
    context.reject({ step: 'source', use, stage }, sourceCounter, reject, hold)
  }
  const shown = trace ?? samples?.step
  // Only a preview needs all of them.
  const most = trace === undefined ? Math.min(rows.length, 8) : rows.length
  for (let index = 0; index < most; index++) shown?.('source', ids[index] ?? '', rows[index] as Row)
}

/** The maximum number of rows that will be read, if it is known. */
export function rowsToRead({ rowCount }: SourceReader, { limit }: RunContext): number | undefined {
  return limit === undefined || rowCount === undefined ? (limit ?? rowCount) : Math.min(limit, rowCount)
}
