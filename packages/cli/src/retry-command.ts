import { findRun, readRunState } from '@maestro-dataflow/core/runtime'
import { openCommandProject } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { cliError } from './errors.js'
import { runOne } from './run-command.js'

/**
 * `maestro rejects --retry`: a new run of the same command tries again the rows that were rejected, and merges those that
 * succeed into the outputs.
 */
export async function retry(
  run: string | undefined,
  options: GlobalOptions & { readonly json?: boolean },
): Promise<void> {
  const { project, config } = await openCommandProject(options)
  const record = await findRun(config.stateDirectory, run).finally(() => project.dispose())
  const { runId, status } = record
  const { command, pipeline, incremental = false } = readRunState(record.directory)
  if (command === undefined) throw cliError('MAESTRO_CLI_RUN_FROM_CODE', { run: runId, pipeline })
  if (status !== 'done' || !incremental) throw cliError('MAESTRO_CLI_RETRY', { run: runId, pipeline, status })
  const { set, output, serving } = command
  // The limit of `maestro rejects` is that of its examples.
  const again = { set, output, serving, incremental, retryRejects: true, limit: undefined }
  await runOne(command.pipeline, { ...options, ...again }, async () => undefined)
}
