import type { GlobalOptions } from './commands/command.js'
import { cliError } from './errors.js'
import { runOrResume, withProject } from './run-command.js'

export interface ResumeCommandOptions extends GlobalOptions {
  readonly overwrite?: boolean
  readonly retryRejects?: boolean
  readonly fullHash?: boolean
  readonly json?: boolean
}

/** `maestro resume`: continues an unfinished run with the settings that it began with. */
export async function resume(run: string | undefined, options: ResumeCommandOptions): Promise<void> {
  await withProject(options, async (opened, progress) => {
    const unfinished = await opened.project.unfinishedRun(run)
    const { command, limit, overwrite, allowEmpty, runId, pipeline } = unfinished
    if (command === undefined) throw cliError('MAESTRO_CLI_RUN_FROM_CODE', { run: runId, pipeline })
    const { set, output } = command
    const began = { set, output, limit, allowEmpty, overwrite: overwrite || options.overwrite === true }
    await runOrResume(command.pipeline, { ...options, ...began }, unfinished, opened, progress)
  })
}
