import { Command, CommanderError } from 'commander'
import type { Register } from './commands/command.js'
import { register as plan } from './commands/plan.js'
import { register as run } from './commands/run.js'
import { version } from './version.js'

/** In the order of `maestro --help`. */
const commands: readonly Register[] = [run, plan]

/**
 * The command line.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong use, 130 stopped by the user
 */
export async function main(parameters: readonly string[]): Promise<number> {
  let exitCode = 0
  const program = new Command('maestro')
    .description('Runs AI data pipelines.')
    .version(version())
    .option('--config <file>', 'the config file; otherwise looked for upward from here')
    .exitOverride()
  for (const register of commands)
    register(program, (code) => {
      exitCode = code
    })
  program.addHelpText('after', '\nExamples:\n  maestro run reviews --limit 20\n  maestro plan reviews')
  try {
    await program.parseAsync([...parameters], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { reportError } = await import('./report-error.js')
    return reportError(error)
  }
}
