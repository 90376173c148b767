import type { RunReport } from '@maestro-dataflow/core'
import { findRun, listRuns, type RunRecord } from '@maestro-dataflow/core/runtime'
import { configOrNone } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { describeReport } from './describe-report.js'
import { followRun } from './detached/follow-run.js'
import { cliError } from './errors.js'
import { stoppedByUser } from './supervision/stop-signal.js'
import { toJsonText } from './terminal/json.js'
import { print, printMessage } from './terminal/print.js'

export interface AttachOptions extends GlobalOptions {
  readonly json?: boolean
}

const exitCodes: Readonly<Record<RunReport['status'], number>> = {
  done: 0,
  paused: 0,
  failed: 1,
  aborted: stoppedByUser,
}

/** `maestro attach`: ends with the exit code that the run had in a terminal. */
export async function attach(name: string | undefined, { config, json = false }: AttachOptions): Promise<number> {
  const { stateDirectory } = await configOrNone(config)
  const record = name === undefined ? await newestInProgress(stateDirectory) : await findRun(stateDirectory, name)
  const isShown = await followRun(record, json ? () => undefined : printMessage)
  const { report } = record.reread()
  if (report === undefined) throw cliError('MAESTRO_CLI_RUN_LEFT', { run: record.runId })
  if (json) print(`${toJsonText(report)}\n`)
  else if (!isShown) print(`${describeReport(report)}\n`)
  return exitCodes[report.status]
}

/** The newest run on which a process works, or else the newest. */
async function newestInProgress(stateDirectory: string): Promise<RunRecord> {
  for (const record of await listRuns(stateDirectory))
    if (record.status === 'unfinished' && (await record.holder()) !== undefined) return record
  return findRun(stateDirectory)
}
