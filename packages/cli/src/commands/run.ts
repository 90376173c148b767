import { examples, globalOptions, type Register } from './command.js'
import { gatherSettings, wholeNumber } from './parameters.js'

interface RunOptions {
  readonly limit?: number
  readonly set: Readonly<Record<string, string>>
  readonly output?: string
  readonly overwrite?: boolean
  readonly allowEmpty?: boolean
  readonly serving?: string
  readonly json?: boolean
}

/** `maestro run` */
export const register: Register = (program) => {
  program
    .command('run <pipelines...>')
    .description('run pipelines one after the other, by their names or the paths of their files')
    .option(
      '--limit <rows>',
      'read only the first rows, and write beside the outputs, as NAME.limit-ROWS.*',
      wholeNumber,
    )
    .option('--set <name=value>', 'a parameter of the pipeline; may be repeated', gatherSettings, {})
    .option('--output <path>', 'write to this file instead of the one that the pipeline names; - is standard output')
    .option('--serving <name>', 'the serving that operators ask instead of "default"')
    .option('--overwrite', 'replace outputs that exist, with --limit too')
    .option('--allow-empty', 'replace outputs that exist even if no row is left')
    .option('--json', 'print the report, or the error, as one JSON object')
    .addHelpText(
      'after',
      examples(
        'maestro run reviews',
        'maestro run reviews --limit 20 --output out/first.csv',
        'maestro run pipelines/daily.ts --set day=2026-01-31 --overwrite',
        'maestro run reviews --json | jq .counts',
        'cat new.csv | maestro run reviews --set path=- --output -',
        'maestro run clean index --serving big',
      ),
    )
    .action(async (pipelines: readonly string[], options: RunOptions) => {
      const { run } = await import('../run-command.js')
      await run(pipelines, { ...options, ...globalOptions(program) })
    })
}
