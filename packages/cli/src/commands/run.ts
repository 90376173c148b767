import { examples, globalOptions, type Register } from './command.js'
import { gatherSettings, wholeNumber } from './parameters.js'

interface RunOptions {
  readonly limit?: number
  readonly set: Readonly<Record<string, string>>
  readonly output?: string
  readonly overwrite?: boolean
  readonly allowEmpty?: boolean
  readonly keepStepFiles?: boolean
  readonly resume?: boolean
  readonly retryRejects?: boolean
  readonly fullHash?: boolean
  readonly until?: string
  readonly from?: string
  readonly fresh?: boolean
  readonly incremental?: boolean
  readonly detach?: boolean
  readonly serving?: string
  readonly json?: boolean
}

/** `maestro run` */
export const register: Register = (program) => {
  program
    .command('run [pipelines...]')
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
    .option('--keep-step-files', 'keep the rows between stages when the run is done, for `maestro export`')
    .option('--resume', 'continue the unfinished run of this pipeline, or begin a new one if there is none')
    .option('--retry-rejects', 'with --resume or --incremental, try the rejected rows again')
    .option('--full-hash', 'when resumed, compare the whole input files, not only size, time, beginning and end')
    .option('--until <step>', 'stop after this step; `maestro resume` goes on')
    .option(
      '--from <step>',
      'continue the unfinished run, and run the stage of this step and all that depends on it again',
    )
    .option('--fresh', 'ask models again instead of reusing answers of earlier runs')
    .option('--incremental', 'process only rows that are new or have changed since the last finished run')
    .option('--no-incremental', 'process all rows, although the pipeline says `incremental`')
    .option('--detach', 'run in the background; `maestro attach` shows it')
    .option('--json', 'print the report, or the error, as one JSON object')
    .addHelpText(
      'after',
      examples(
        'maestro run reviews',
        'maestro run reviews --limit 20 --output out/first.csv',
        'maestro run pipelines/daily.ts --set day=2026-01-31 --overwrite',
        'maestro run reviews --resume',
        'maestro run reviews --incremental',
        'maestro run reviews --detach',
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
