import { MaestroError } from '@maestro-dataflow/core'
import { openCommandProject } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { startDetached } from './detached/start-detached.js'
import { enrich } from './enrich-command.js'
import { cliError } from './errors.js'
import { runOne } from './run-command.js'

export interface ResumeCommandOptions extends GlobalOptions {
  readonly overwrite?: boolean
  readonly retryRejects?: boolean
  readonly fullHash?: boolean
  readonly until?: string
  readonly from?: string
  readonly detach?: boolean
  readonly json?: boolean
}

/** `maestro resume`: continues an unfinished run with the settings that it began with. */
export async function resume(run: string | undefined, options: ResumeCommandOptions): Promise<void> {
  const { project } = await openCommandProject(options)
  const unfinished = await project.unfinishedRun(run)
  await project.dispose()
  const { command, limit, overwrite, allowEmpty, runId, pipeline } = unfinished
  if (command === undefined) throw cliError('MAESTRO_CLI_RUN_FROM_CODE', { run: runId, pipeline })
  if (options.detach === true) {
    await startDetached(options)
    return
  }
  if (command.question !== undefined) {
    const { file, text, options: asked } = command.question
    const { retryRejects, fullHash, from } = options
    const again = { ...asked, ...options, overwrite: overwrite || options.overwrite === true }
    await enrich(file, text, again, { run: unfinished, resume: { retryRejects, fullHash, from } })
    return
  }
  const { set, output, serving } = command
  const began = { set, output, serving, limit, allowEmpty, overwrite: overwrite || options.overwrite === true }
  try {
    await runOne(command.pipeline, { ...options, ...began }, async () => unfinished)
  } catch (error) {
    if (!MaestroError.is(error, 'MAESTRO_PIPELINE_UNKNOWN')) throw error
    throw cliError(
      'MAESTRO_CLI_RUN_PIPELINE_GONE',
      { run: runId, pipeline, known: namesIn(error.details.known) },
      error,
    )
  }
}

const namesIn = (known: unknown): readonly string[] => (Array.isArray(known) ? known.map(String) : [])
