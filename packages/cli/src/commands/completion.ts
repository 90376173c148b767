import { Argument, type Command } from 'commander'
import type { CommandWords } from '../completion/command-words.js'
import { examples, globalOptions, type Register } from './command.js'

const shells = ['bash', 'zsh', 'fish'] as const

/** `maestro completion`, and the hidden command that the scripts call. */
export const register: Register = (program) => {
  program
    .command('completion')
    .description(
      'print a script that completes commands, options, pipelines, and servings in a shell\n\n' +
        'Load it in the start file of the shell: `eval "$(maestro completion bash)"` in .bashrc, the same with zsh in .zshrc, ' +
        'or `maestro completion fish | source` in config.fish.',
    )
    .summary('print a script that completes commands in bash, zsh, or fish')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText('after', examples('eval "$(maestro completion bash)"', 'maestro completion fish | source'))
    .action(async (shell: (typeof shells)[number]) => {
      const { completionScript } = await import('../completion/completion-scripts.js')
      process.stdout.write(completionScript(shell))
    })
  program
    .command('complete [words...]', { hidden: true })
    .description('print what can follow; called by the scripts of `maestro completion`')
    .action(async (words: readonly string[]) => {
      const { complete } = await import('../completion/complete.js')
      const found = await complete(words, describe(program), globalOptions(program))
      process.stdout.write(found.map((word) => `${word}\n`).join(''))
    })
}

function describe(command: Command): CommandWords {
  return {
    name: command.name(),
    commands: command.commands.filter((one) => one.name() !== 'complete').map(describe),
    options: command.options.map(({ long, short, required, optional }) => ({
      names: [long, short].flatMap((name) => name ?? []),
      takesValue: required || optional,
    })),
    parameters: command.registeredArguments.map((argument) => argument.name()),
  }
}
