import { Command, CommanderError } from 'commander'
import { register as cache } from './commands/cache.js'
import { examples, type GlobalOptions, type Register } from './commands/command.js'
import { register as doctor } from './commands/doctor.js'
import { register as enrich } from './commands/enrich.js'
import { register as init } from './commands/init.js'
import { register as models } from './commands/models.js'
import { register as plan } from './commands/plan.js'
import { register as plugins } from './commands/plugins.js'
import { register as preview } from './commands/preview.js'
import { register as prompts } from './commands/prompts.js'
import { register as run } from './commands/run.js'
import { register as types } from './commands/types.js'
import { version } from './version.js'

/** In the order of `maestro --help`. */
const commands: readonly Register[] = [run, preview, enrich, plan, cache, plugins, prompts, models, types, doctor, init]

const exitCodes = `
Exit codes:
  0    done; rows that were rejected are counted in the report
  1    failed
  2    wrong use
  130  stopped by the user`

/**
 * The command line.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong use, 130 stopped by the user
 */
export async function main(parameters: readonly string[]): Promise<number> {
  let exitCode = 0
  // Known before the parameters are read, so that a fault in them is told in the form that was asked for.
  let json = parameters.includes('--json')
  const program = new Command('maestro')
    .description('Runs AI data pipelines.')
    .version(version())
    .option('--config <file>', 'the config file; otherwise looked for upward from here')
    .option('--verbose', 'log everything; show where unexpected errors come from')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .hook('preAction', (_, command) => {
      json = command.opts<{ json?: boolean }>().json === true
    })
  for (const register of commands)
    register(program, (code) => {
      exitCode = code
    })
  program.addHelpText(
    'after',
    `${examples(
      'maestro enrich reviews.csv "Classify the tone of {{review}} in one word." --output tone',
      'maestro preview reviews',
      'maestro run reviews --limit 20',
      'maestro help run',
    )}\n${exitCodes}`,
  )
  try {
    await program.parseAsync([...parameters], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && (error.exitCode === 0 || !json)) return error.exitCode === 0 ? 0 : 2
    const { reportError } = await import('./report-error.js')
    return reportError(error, { json, verbose: program.opts<GlobalOptions>().verbose === true })
  }
}
