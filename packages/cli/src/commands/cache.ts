import { examples, globalOptions, type Register } from './command.js'
import { someDays, wholeNumber } from './parameters.js'

interface JsonOption {
  readonly json?: boolean
}

/** `maestro cache` */
export const register: Register = (program) => {
  const cache = program
    .command('cache')
    .description('the answers of models that are kept: how many, which, why one was asked again, and taking them out')
    .summary('the answers that are kept: stats, list, explain, clear')
    .addHelpText('after', examples('maestro cache stats', 'maestro cache list', 'maestro cache explain 3f9a'))
  const load = () => import('../cache-command.js')
  cache
    .command('stats')
    .description('how many answers are kept, and where')
    .option('--json', 'print it, or the error, as one JSON object')
    .addHelpText('after', examples('maestro cache stats', 'maestro cache stats --json | jq .entries'))
    .action(async (options: JsonOption) => (await load()).cacheStats({ ...options, ...globalOptions(program) }))
  cache
    .command('list')
    .description('the answers that were kept last, the newest first, with their keys')
    .option('--last <count>', 'how many', wholeNumber, 20)
    .option('--row <id>', 'only those that were asked for this row')
    .option('--json', 'print them whole, or the error, as one JSON object')
    .addHelpText('after', examples('maestro cache list --last 5', 'maestro cache list --row r17 --json'))
    .action(async (options: JsonOption & { readonly last: number; readonly row?: string }) =>
      (await load()).cacheList({ ...options, ...globalOptions(program) }),
    )
  cache
    .command('explain <key>')
    .description(
      'what the key of an answer is made of, and where it differs from those nearest to it: so it is seen why a question was asked again\n\n' +
        'KEY is a key of `maestro cache list`, the beginning of one, or the id of a row.',
    )
    .summary('what a key is made of, and where it differs from those nearest to it')
    .option('--json', 'print it, or the error, as one JSON object')
    .addHelpText('after', examples('maestro cache explain 3f9a', 'maestro cache explain reviews.csv:17'))
    .action(async (key: string, options: JsonOption) =>
      (await load()).cacheExplain(key, { ...options, ...globalOptions(program) }),
    )
  cache
    .command('clear')
    .description('take answers out: all, or those that are meant')
    .option('--older-than <days>', 'only answers that were stored before so many days', someDays)
    .option('--model <name>', 'only answers of this model')
    .option('--json', 'print how many went, or the error, as one JSON object')
    .addHelpText('after', examples('maestro cache clear --older-than 30', 'maestro cache clear --model gpt-5.4-mini'))
    .action(async (options: JsonOption & { readonly olderThan?: number; readonly model?: string }) =>
      (await load()).cacheClear({ ...options, ...globalOptions(program) }),
    )
}
