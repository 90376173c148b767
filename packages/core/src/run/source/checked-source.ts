import type { Row } from '../../contracts/row.js'
import type { SourceBatch, SourceReader } from '../../contracts/storage.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { reasonOf } from '../../errors/reason-of.js'
import { SourceChecks } from '../checks/source-checks.js'
import type { RunContext } from '../run-context.js'
import { limitRows } from './read-source.js'

/**
 * The rows of the source, checked and counted; its broken records become rejected rows.
 *
 * @throws MAESTRO_STORAGE_READ, MAESTRO_SOURCE_CONTRACT, and what stops the run at a rejected row
 */
export async function* readSource(
  stage: number,
  reader: SourceReader,
  context: RunContext,
): AsyncGenerator<SourceBatch> {
  const { sourceCounter, hooks, limit, settings, compiled } = context
  const { use, columns } = compiled.plan.source
  const { definition } = compiled.source
  const isExact = !columns.open && definition !== undefined
  const place = { use, plugin: context.pluginOf('storages', use) }
  const checks = new SourceChecks(
    place,
    columns.columns,
    { isExact, isOptional: definition?.optionalColumns === true },
    settings.checks,
  )
  const total = rowsToRead(reader, context)
  const announce = (done: boolean): void => {
    if (!hooks.sourceProgress.isUsed()) return
    const { runId } = context.folder
    const known = total === undefined ? {} : { rowsTotal: total }
    hooks.sourceProgress.call({ runId, rows: sourceCounter.rowsIn, ...known, ...reader.progress?.(), done })
  }
  try {
    let warned = false
    for await (const batch of limitRows(checks.checked(reader.read()), limit)) {
      if (checks.isBounded && !warned)
        context.logger.warn('The source has too many ids to compare all of them; some may come twice unnoticed.')
      warned = checks.isBounded
      countBatch(batch, stage, context)
      yield batch
      announce(false)
    }
    if (limit === undefined) checks.assertComplete(reader.rowCount, sourceCounter.rowsIn)
  } catch (error) {
    if (MaestroError.is(error)) throw error
    throw maestroError('MAESTRO_STORAGE_READ', { location: use, reason: reasonOf(error) }, error)
  }
  announce(true)
}

/** Counts the rows of a batch and rejects its broken records. */
function countBatch({ ids, rows, rejects = [] }: SourceBatch, stage: number, context: RunContext): void {
  const { sourceCounter, trace, samples } = context
  const { use } = context.compiled.plan.source
  sourceCounter.rowsIn += rows.length + rejects.length
  sourceCounter.rowsOut += rows.length
  for (const reject of rejects) {
    sourceCounter.begin(reject.id)
    sourceCounter.fail(reject.id)
    reject.error.at({ step: 'source', rowId: reject.id })
    if (context.settings.onError === 'fail') throw reject.error
    context.reject({ step: 'source', use, stage }, sourceCounter, reject)
  }
  const shown = trace ?? samples?.step
  // Only a preview needs all of them.
  const most = trace === undefined ? Math.min(rows.length, 8) : rows.length
  for (let index = 0; index < most; index++) shown?.('source', ids[index] ?? '', rows[index] as Row)
}

/** The maximum number of rows that will be read, if it is known. */
function rowsToRead({ rowCount }: SourceReader, { limit }: RunContext): number | undefined {
  return limit === undefined || rowCount === undefined ? (limit ?? rowCount) : Math.min(limit, rowCount)
}
