import type { AttachOptions } from '../attach-command.js'
import { examples, globalOptions, type Register } from './command.js'

/** `maestro attach` */
export const register: Register = (program, exit) => {
  program
    .command('attach [run]')
    .description(
      'show a run in progress until it ends, with its exit code: one that was detached, or that another terminal started\n\n' +
        'RUN is the id of a run, a part of it, or the name of a pipeline. Without it, the newest run in progress is meant.\n' +
        'Ctrl-C ends the showing, and the run goes on.',
    )
    .summary('show a run in progress until it ends')
    .option('--json', 'print only the report at the end, or the error, as one JSON object')
    .addHelpText('after', examples('maestro attach', 'maestro attach reviews', 'maestro attach --json | jq .counts'))
    .action(async (run: string | undefined, options: AttachOptions) => {
      const { attach } = await import('../attach-command.js')
      exit(await attach(run, { ...options, ...globalOptions(program) }))
    })
}
