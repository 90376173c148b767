import { examples, globalOptions, type Register } from './command.js'
import { gatherSettings, wholeNumber } from './parameters.js'

interface PreviewOptions {
  readonly rows: number
  readonly set: Readonly<Record<string, string>>
  readonly serving?: string
  readonly json?: boolean
}

/** `maestro preview` */
export const register: Register = (program, exit) => {
  program
    .command('preview [pipeline]')
    .description('send a few rows through the whole pipeline and show them after each step; nothing is written')
    .option('--rows <count>', 'how many rows of the source', wholeNumber, 5)
    .option('--set <name=value>', 'a parameter of the pipeline; may be repeated', gatherSettings, {})
    .option('--serving <name>', 'the serving that operators ask instead of "default"')
    .option('--json', 'print the rows after each step, or the error, as one JSON object')
    .addHelpText('after', examples('maestro preview reviews', 'maestro preview reviews --rows 1 --json | jq .steps'))
    .action(async (pipeline: string | undefined, options: PreviewOptions) => {
      const { preview } = await import('../preview-command.js')
      exit(await preview(pipeline, { ...options, ...globalOptions(program) }))
    })
}
