import { examples, globalOptions, type Register } from './command.js'
import { gatherSettings, wholeNumber } from './parameters.js'

interface PlanOptions {
  readonly set: Readonly<Record<string, string>>
  readonly serving?: string
  readonly json?: boolean
  readonly estimate?: number | true
  readonly incremental?: boolean
}

/** The number of rows to try when `--estimate` has no number. */
const probes = 20

/** `maestro plan` */
export const register: Register = (program) => {
  program
    .command('plan [pipeline]')
    .description('check a pipeline and show what would run: steps, columns, servings, stages')
    .option('--set <name=value>', 'a parameter of the pipeline; may be repeated', gatherSettings, {})
    .option('--estimate [rows]', `try some rows (${probes}) and tell tokens, cost and time of a run`, wholeNumber)
    .option('--incremental', 'tell how many rows are new or have changed since the last finished run')
    .option('--serving <name>', 'the serving that operators ask instead of "default"')
    .option('--json', 'print the plan, or the error, as JSON')
    .addHelpText(
      'after',
      examples('maestro plan reviews', 'maestro plan reviews --estimate', 'maestro plan reviews --json > plan.json'),
    )
    .action(async (pipeline: string | undefined, { estimate, ...options }: PlanOptions) => {
      const { plan } = await import('../plan-command.js')
      const tried = estimate === undefined ? {} : { estimate: estimate === true ? probes : estimate }
      await plan(pipeline, { ...options, ...tried, ...globalOptions(program) })
    })
}
