import type { ResumeCommandOptions } from '../resume-command.js'
import { examples, globalOptions, type Register } from './command.js'

/** `maestro resume` */
export const register: Register = (program) => {
  program
    .command('resume [run]')
    .description('continue an unfinished run: the newest, or the one of this id')
    .option('--retry-rejects', 'try the rejected rows again')
    .option('--full-hash', 'compare the whole input files, not only size, time, beginning and end')
    .option('--overwrite', 'replace outputs that exist')
    .option('--until <step>', 'stop after this step; `maestro resume` goes on')
    .option('--from <step>', 'run the stage of this step again, and all that depends on it')
    .option('--detach', 'run in the background; `maestro attach` shows it')
    .option('--json', 'print the report, or the error, as one JSON object')
    .addHelpText(
      'after',
      examples('maestro resume', 'maestro resume 20261124-094512123-reviews-3f9a', 'maestro resume --retry-rejects'),
    )
    .action(async (run: string | undefined, options: ResumeCommandOptions) => {
      const { resume } = await import('../resume-command.js')
      await resume(run, { ...options, ...globalOptions(program) })
    })
}
