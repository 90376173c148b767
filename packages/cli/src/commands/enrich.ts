import type { EnrichCommandOptions } from '../enrich-command.js'
import { examples, globalOptions, type Register } from './command.js'
import { terse } from './enrich-defaults.js'
import { wholeNumber } from './parameters.js'

/** `maestro enrich` */
export const register: Register = (program) => {
  program
    .command('enrich <file> <prompt>')
    .description(
      'ask a language model about each row of a file and write the answers as new columns; needs no config\n\n' +
        'The prompt names columns of the file as {{column}}. Without a config the model runs in this process: a tiny one, fetched once. With a config its servings and plugins are used.',
    )
    .summary('ask a language model about each row of a file; needs no config')
    .option('--output <column>', 'the column of the answer; may be left out with --schema')
    .option('--to <file>', 'where the rows go, in the format of its ending (default: beside FILE, as NAME.enriched.*)')
    .option(
      '--schema <schema>',
      'a JSON Schema that answers must fit, as text or a file; its properties become columns',
    )
    .option('--choices <words>', 'the only answers, parted by commas, such as good,bad; the model can give no other')
    .option(
      '--serving <name>',
      'a serving of the config, or PROVIDER:MODEL, such as anthropic:claude-sonnet-5-5 (default: "default")',
    )
    .option('--model <name>', 'another model for the serving, such as a path to a .gguf file for the embedded one')
    .option('--system <text>', `a system message before the prompt (default without --schema: "${terse}")`)
    .option('--max-tokens <count>', 'tokens of an answer at most; a row with a longer one is rejected', wholeNumber)
    .option('--limit <rows>', 'read only the first rows, and write them to NAME.enriched.limit-ROWS.*', wholeNumber)
    .option('--delimiter <text>', 'what parts the cells of a CSV file (default: a comma)')
    .option('--encoding <name>', 'the encoding of the file, such as gb18030 or windows-1252 (default: utf-8)')
    .option('--replace-column', 'replace a column of the file that has the name of the answer')
    .option('--overwrite', 'replace the output if it exists')
    .option('--json', 'print the report, or the error, as one JSON object')
    .addHelpText(
      'after',
      examples(
        'maestro enrich reviews.csv "Is this review good or bad? {{review}}" --output tone --choices good,bad',
        'cat reviews.csv | maestro enrich - "Summarize: {{review}}" --output summary > summaries.csv',
        'maestro enrich reviews.csv "Summarize: {{review}}" --output summary --to out/summaries.jsonl --limit 20',
        'maestro enrich posts.jsonl.gz "Judge: {{title}} {{text}}" --schema judgement.schema.json',
        'maestro enrich notes.csv "Translate into French: {{note}}" --output french --serving big',
      ),
    )
    .action(async (file: string, prompt: string, options: EnrichCommandOptions) => {
      const { enrich } = await import('../enrich-command.js')
      await enrich(file, prompt, { ...options, ...globalOptions(program) })
    })
}
