import { examples, globalOptions, type Register } from './command.js'
import { gatherSettings } from './parameters.js'

/** `maestro prompts` */
export const register: Register = (program) => {
  program
    .command('prompts [name]')
    .description(
      'show the prompts that the configured plugins contribute: options, variables and version\n\n' +
        'With NAME, the text of one too. The code of the plugins that contribute prompts is loaded.',
    )
    .summary('show the prompts that plugins contribute, and the text of one')
    .option('--set <name=value>', 'an option of the prompt; may be repeated', gatherSettings, {})
    .option('--json', 'print it, or the error, as JSON')
    .addHelpText(
      'after',
      examples('maestro prompts', 'maestro prompts shout.prompt', 'maestro prompts shout.prompt --set tone=angry'),
    )
    .action(
      async (
        name: string | undefined,
        options: { readonly set: Readonly<Record<string, string>>; readonly json?: boolean },
      ) => {
        const { prompts } = await import('../prompts-command.js')
        await prompts(name, { ...options, ...globalOptions(program) })
      },
    )
}
