import { examples, globalOptions, type Register } from './command.js'
import { gatherSettings } from './parameters.js'

interface PlanOptions {
  readonly set: Readonly<Record<string, string>>
}

/** `maestro plan` */
export const register: Register = (program) => {
  program
    .command('plan <pipeline>')
    .description('check a pipeline and show what would run, as JSON')
    .option('--set <name=value>', 'a parameter of the pipeline; may be repeated', gatherSettings, {})
    .addHelpText('after', examples('maestro plan reviews'))
    .action(async (pipeline: string, options: PlanOptions) => {
      const { plan } = await import('../plan-command.js')
      await plan(pipeline, { ...options, config: globalOptions(program).config })
    })
}
