import { examples, globalOptions, type Register } from './command.js'
import { gatherSettings, wholeNumber } from './parameters.js'

interface TypesOptions {
  readonly infer?: string
  readonly rows?: number
  readonly set: Readonly<Record<string, string>>
  readonly json?: boolean
}

/** `maestro types` */
export const register: Register = (program) => {
  program
    .command('types')
    .description(
      'write maestro-env.d.ts, which tells the editor what plugins bring and the names of servings and stores; ' +
        'run, preview and plan do it too in a TypeScript project',
    )
    .summary("write maestro-env.d.ts for the editor, or infer a source's columns")
    .option('--infer <source>', 'print the columns of a pipeline’s source, or of a file, to pin in the pipeline')
    .option('--rows <count>', 'how many rows --infer looks at (default: 10,000)', wholeNumber)
    .option('--set <name=value>', 'a parameter of the pipeline; may be repeated', gatherSettings, {})
    .option('--json', 'print what was found, or the error, as one JSON object')
    .addHelpText(
      'after',
      examples('maestro types', 'maestro types --infer reviews', 'maestro types --infer data/reviews.csv --rows 1000'),
    )
    .action(async (options: TypesOptions) => {
      const { types } = await import('../types-command.js')
      await types({ ...options, ...globalOptions(program) })
    })
}
