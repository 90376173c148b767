import { examples, globalOptions, type Register } from './command.js'
import { gatherSettings, wholeNumber } from './parameters.js'

interface RunOptions {
  readonly limit?: number
  readonly set: Readonly<Record<string, string>>
  readonly overwrite?: boolean
  readonly json?: boolean
}

/** `maestro run` */
export const register: Register = (program, exit) => {
  program
    .command('run <pipeline>')
    .description('run a pipeline, by its name or the path of its file')
    .option('--limit <rows>', 'read only the first rows', wholeNumber)
    .option('--set <name=value>', 'a parameter of the pipeline; may be repeated', gatherSettings, {})
    .option('--overwrite', 'replace outputs that exist')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', examples('maestro run reviews --limit 20', 'maestro run reviews --set day=2026-01-31 --json'))
    .action(async (pipeline: string, options: RunOptions) => {
      const { run } = await import('../run-command.js')
      exit(await run(pipeline, { ...options, config: globalOptions(program).config }))
    })
}
