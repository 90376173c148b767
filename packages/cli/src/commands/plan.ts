import { examples, globalOptions, type Register } from './command.js'
import { gatherSettings } from './parameters.js'

interface PlanOptions {
  readonly set: Readonly<Record<string, string>>
  readonly json?: boolean
}

/** `maestro plan` */
export const register: Register = (program) => {
  program
    .command('plan <pipeline>')
    .description('check a pipeline and show what would run: steps, columns, servings, stages; no row is read')
    .option('--set <name=value>', 'a parameter of the pipeline; may be repeated', gatherSettings, {})
    .option('--json', 'print the plan, or the error, as JSON')
    .addHelpText('after', examples('maestro plan reviews', 'maestro plan reviews --json > plan.json'))
    .action(async (pipeline: string, options: PlanOptions) => {
      const { plan } = await import('../plan-command.js')
      await plan(pipeline, { ...options, ...globalOptions(program) })
    })
}
