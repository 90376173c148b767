import type { Command } from 'commander'
import { examples, globalOptions, type Register } from './command.js'
import { gatherSettings, someDays, wholeNumber } from './parameters.js'

const load = () => import('../runs-command.js')

function withJson(command: Command, ...lines: readonly string[]): Command {
  return command.option('--json', 'print it, or the error, as one JSON object').addHelpText('after', examples(...lines))
}

/** `maestro runs`, `show`, `why`, `dropped`, `rejects`, `diff`, `prune` */
export const register: Register = (program) => {
  const global = () => globalOptions(program)
  withJson(
    program
      .command('runs')
      .description('list the runs whose folders are kept, the newest first')
      .option('--pipeline <name>', 'only runs of this pipeline'),
    'maestro runs',
    'maestro runs --pipeline reviews --json',
  ).action(async (options) => (await load()).runs({ ...options, ...global() }))
  withJson(
    program
      .command('show [run]')
      .description(
        'show what a run did: its counts, steps, calls, reasons of rejected and dropped rows, and outputs\n\n' +
          'RUN is the id of a run, a part of it, or the name of a pipeline. Without it, the newest run is meant.',
      )
      .summary('show what a run did'),
    'maestro show',
    'maestro show reviews --json | jq .usage',
  ).action(async (run: string | undefined, options) => (await load()).show(run, { ...options, ...global() }))
  withJson(
    program
      .command('why [row]')
      .description(
        'explain what happened to a row: the steps that it met, why it was dropped or rejected, and what was asked for it\n\n' +
          'ROW is the id of a row: the value of its key or, without a key, its file and line.',
      )
      .summary('explain what happened to a row')
      .option('--run <run>', 'the run; otherwise the newest one')
      .option(
        '--where <column=value>',
        'the first rows of the source with this value; may be repeated',
        gatherSettings,
        {},
      )
      .option('--limit <rows>', 'with --where: how many rows', wholeNumber, 5),
    'maestro why reviews.csv:17',
    'maestro why r17 --run reviews',
    'maestro why --where city=Lyon',
  ).action(async (row: string | undefined, options) => (await load()).why(row, { ...options, ...global() }))
  withJson(
    program
      .command('dropped <step>')
      .description('list what a step dropped or merged, by reason; for duplicates with the row that was kept')
      .option('--run <run>', 'the run; otherwise the newest one')
      .option('--limit <rows>', 'the examples of each reason', wholeNumber, 5),
    'maestro dropped 2-filter',
    'maestro dropped table.dedupe --limit 100 --json',
  ).action(async (step: string, options) => (await load()).dropped(step, { ...options, ...global() }))
  withJson(
    program
      .command('rejects [run]')
      .description('list the rejected rows of a run, by reason, with what to do about them')
      .option('--step <step>', 'only those of this step')
      .option('--limit <rows>', 'the examples of each reason', wholeNumber, 3)
      .option('--retry', 'try them again, and add the rows that succeed to the outputs of an incremental pipeline'),
    'maestro rejects',
    'maestro rejects reviews --retry',
    'maestro rejects reviews --step sentiment --json',
  ).action(async (run: string | undefined, options) => {
    if (options.retry === true) await (await import('../retry-command.js')).retry(run, { ...options, ...global() })
    else await (await load()).rejects(run, { ...options, ...global() })
  })
  withJson(
    program
      .command('diff <before> <after>')
      .description('compare two runs: rows that came, went, or changed with their answers, counts, tokens, and cost')
      .option('--limit <rows>', 'how many rows of each kind to show', wholeNumber, 10),
    'maestro diff 20261124-0945 20261125-0930',
  ).action(async (before: string, after: string, options) =>
    (await load()).diff(before, after, { ...options, ...global() }),
  )
  withJson(
    program
      .command('export <step>')
      .description('write the rows after a step of a run to a file, to look at them or to edit them')
      .option('--run <run>', 'the run; otherwise the newest one')
      .requiredOption('--output <path>', 'the file to write: .jsonl, or .csv or .tsv for a spreadsheet')
      .option('--overwrite', 'replace an existing file'),
    'maestro run reviews --until review',
    'maestro export review --output review.csv',
  ).action(async (step: string, options) => (await load()).exportStep(step, { ...options, ...global() }))
  withJson(
    program
      .command('import <step> <file>')
      .description(
        'replace the rows after a step of a run with edited ones: rows may be changed, added, removed, and moved\n\n' +
          'The rows are checked against the columns of the step. `maestro resume` goes on with them.',
      )
      .summary('replace the rows after a step with edited ones')
      .option('--run <run>', 'the run; otherwise the newest one'),
    'maestro import review review.csv',
    'maestro resume',
  ).action(async (step: string, file: string, options) =>
    (await load()).importStep(step, file, { ...options, ...global() }),
  )
  withJson(
    program
      .command('prune [runs...]')
      .description(
        'remove the step files of finished runs, which only a run in progress needs, and runs that are named or old\n\n' +
          'Unfinished runs stay.',
      )
      .summary('remove step files and old runs')
      .option('--keep <runs>', 'remove all but so many of the newest finished runs', wholeNumber)
      .option('--older-than <days>', 'remove runs that started before so many days', someDays)
      .option('--dry-run', 'only say what would be removed'),
    'maestro prune',
    'maestro prune --keep 5 --dry-run',
  ).action(async (named: readonly string[], options) => (await load()).prune(named, { ...options, ...global() }))
}
