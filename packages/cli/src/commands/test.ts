import { examples, globalOptions, type Register } from './command.js'
import { wholeNumber } from './parameters.js'

interface TestOptions {
  readonly options?: string
  readonly rows?: string
  readonly examples?: number
  readonly seed?: number
  readonly json?: boolean
}

/** `maestro test` */
export const register: Register = (program, exit) => {
  program
    .command('test <operator>')
    .description(
      'check an operator of a plugin against its contract, with varied rows; the options and the rows are those of the ' +
        'first pipeline that uses it. Its servings are those of the config, and are asked',
    )
    .summary('check an operator against its contract')
    .option('--options <json>', 'the options of the step, instead of those of a pipeline')
    .option('--rows <json>', 'a list of rows that it processes, instead of those of a pipeline')
    .option('--examples <count>', 'how many varied tables each rule is tried with', wholeNumber)
    .option('--seed <number>', 'another seed gives other rows', wholeNumber)
    .option('--json', 'print the result of each rule, or the error, as one JSON object')
    .addHelpText(
      'after',
      examples(
        'maestro test text.shout',
        `maestro test text.shout --options '{"input":"word"}' --rows '[{"word":"tea"}]' --seed 7`,
      ),
    )
    .action(async (operator: string, options: TestOptions) => {
      const { testOperator } = await import('../test-command.js')
      exit(await testOperator(operator, { ...options, ...globalOptions(program) }))
    })
}
