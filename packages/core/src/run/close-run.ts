import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunReport } from '../contracts/report.js'
import { reasonOf } from '../errors/reason-of.js'
import { waitAWhile } from '../provider/wait-a-while.js'
import { failpoint } from './durability/failpoints.js'
import type { RunContext } from './run-context.js'
import { pruneRuns } from './state/prune-run-folders.js'
import { removeListedFiles } from './state/remove-temporary-files.js'
import { writeFileAtomically } from './state/run-folder.js'

/** How long, in milliseconds, the end of an operator is waited for. */
const patience = 10_000

/** Disposes the operators that the run created. Their work is done, so a failure to dispose one is only logged. */
export async function freeOperators(context: RunContext): Promise<void> {
  for (const operator of context.operators) {
    try {
      await waitAWhile(operator.dispose?.(), patience)
    } catch (error) {
      context.logger.warn('An operator could not be freed.', {
        operator: operator.constructor.name,
        reason: reasonOf(error),
      })
    }
  }
}

/**
 * Ends the journal and writes the report. The outputs are settled by now, so a failure to write the state is only
 * logged.
 */
export async function closeRun(context: RunContext, report: RunReport): Promise<void> {
  const { folder, journal, ledger, samples } = context
  try {
    for (const { id, rows, location } of report.sinks) journal.event({ event: 'sink-done', sink: id, rows, location })
    const { status, error } = report
    journal.event({ event: 'run-done', status, ...(error === undefined ? {} : { error }) })
    journal.close()
    ledger?.close()
    if (!folder.kept) {
      await context.lease.release()
      return await rm(folder.path, { recursive: true, force: true })
    }
    if (status === 'done' || !context.outputs.isResumable) await removeListedFiles(folder.path)
    if (samples !== undefined)
      await writeFileAtomically(join(folder.path, 'samples.json'), JSON.stringify(samples.saved))
    await writeReport(context, report)
    failpoint('report-written')
    await pruneRuns(context.stateDirectory, context.keepRuns, folder.runId)
  } catch (error) {
    context.logger.warn('The run folder is not complete.', { path: folder.path, reason: reasonOf(error) })
  } finally {
    journal.close()
    await context.durable?.end(report.status === 'done').catch(() => undefined)
  }
}

/** Writes the report into the run folder, if it is kept. A failure is only logged. */
export async function writeReport({ folder, logger }: RunContext, report: RunReport): Promise<void> {
  if (!folder.kept) return
  try {
    await writeFileAtomically(join(folder.path, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  } catch (error) {
    logger.warn('The run folder is not complete.', { path: folder.path, reason: reasonOf(error) })
  }
}
