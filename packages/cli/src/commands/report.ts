import { Option } from 'commander'
import type { ReportOptions } from '../report-command.js'
import { examples, globalOptions, type Register } from './command.js'

/** `maestro report` */
export const register: Register = (program) => {
  program
    .command('report [run]')
    .description(
      'write a page about a run: the pipeline with its rows, cost and times by step, reasons of lost rows, and the output\n\n' +
        'RUN is the id of a run, a part of it, or the name of a pipeline. Without it, the newest run is meant.',
    )
    .summary('write a page about a run')
    .option('--open', 'open the page')
    .addOption(
      new Option('--format <format>', 'the form of the report').choices(['html', 'md', 'json']).default('html'),
    )
    .option(
      '--to <path>',
      'write to this file; by default, a page is written into the run folder, and other forms are printed',
    )
    .option('--overwrite', 'replace an existing file')
    .addHelpText('after', examples('maestro report --open', 'maestro report reviews --format md'))
    .action(async (run: string | undefined, options: ReportOptions) => {
      const { report } = await import('../report-command.js')
      await report(run, { ...options, ...globalOptions(program) })
    })
}
