import { Command, CommanderError } from 'commander'
import { register as attach } from './commands/attach.js'
import { register as cache } from './commands/cache.js'
import { examples, type GlobalOptions, type Register } from './commands/command.js'
import { register as completion } from './commands/completion.js'
import { register as doctor } from './commands/doctor.js'
import { register as enrich } from './commands/enrich.js'
import { register as init } from './commands/init.js'
import { register as models } from './commands/models.js'
import { register as plan } from './commands/plan.js'
import { register as plugin } from './commands/plugin.js'
import { register as plugins } from './commands/plugins.js'
import { register as preview } from './commands/preview.js'
import { register as prompts } from './commands/prompts.js'
import { register as report } from './commands/report.js'
import { register as resume } from './commands/resume.js'
import { register as run } from './commands/run.js'
import { register as runs } from './commands/runs.js'
import { register as test } from './commands/test.js'
import { register as types } from './commands/types.js'
import { register as worker } from './commands/worker.js'
import { lateError } from './supervision/late-errors.js'
import { version } from './version.js'

/** The commands in the order of `maestro --help`. */
const commands: readonly Register[] = [
  run,
  resume,
  attach,
  runs,
  worker,
  report,
  preview,
  enrich,
  plan,
  cache,
  plugins,
  plugin,
  prompts,
  models,
  test,
  types,
  doctor,
  init,
  completion,
]

const exitCodes = `
Exit codes:
  0    done; rows that were rejected are counted in the report
  1    failed
  2    wrong use
  130  stopped by the user`

/** Commands that do not run the code of plugins and therefore do not need a separate process. */
const withoutPlugins: ReadonlySet<string> = new Set(['init', 'models', 'completion'])

/** Stops the parsing of a command that another process must run. */
class NeedsProcess extends Error {}

/**
 * Runs the command line.
 *
 * @param place Whether this is the process in which a supervisor runs the command. If it is false, a command that runs
 *   the code of plugins gets a separate process. By default, the command runs in this process.
 * @returns the exit code: 0 done, 1 failed, 2 wrong use, 130 stopped by the user
 */
export async function main(
  parameters: readonly string[],
  { supervised = true }: { readonly supervised?: boolean } = {},
): Promise<number> {
  let exitCode = 0
  // This is known before the parameters are parsed, so that an error in them is reported in the requested form.
  let json = parameters.includes('--json')
  const faults: string[] = []
  const program = new Command('maestro')
    .description('Runs AI data pipelines.')
    .version(version())
    .option('--config <file>', 'the config file; otherwise looked for upward from here')
    .option('--verbose', 'log everything; show where unexpected errors come from')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ outputError: (text) => faults.push(text) })
    .hook('preAction', (_, command) => {
      json = command.opts<{ json?: boolean }>().json === true
      if (!supervised && !withoutPlugins.has(topLevelName(command, program))) throw new NeedsProcess()
    })
  for (const register of commands)
    register(program, (code) => {
      exitCode = code
    })
  program.addHelpText(
    'after',
    `${examples(
      'maestro enrich reviews.csv "Is this review good or bad? {{review}}" --output tone --choices good,bad',
      'maestro preview reviews',
      'maestro run reviews --limit 20',
      'maestro help run',
    )}\n${exitCodes}`,
  )
  try {
    await program.parseAsync([...parameters], { from: 'user' })
    const late = lateError()
    if (late !== undefined) throw late.error
    return exitCode
  } catch (error) {
    if (error instanceof NeedsProcess) {
      const { supervise } = await import('./supervision/supervise.js')
      return supervise(parameters, json)
    }
    if (error instanceof CommanderError && (error.exitCode === 0 || !json)) {
      await showFaults(faults.join(''))
      return error.exitCode === 0 ? 0 : 2
    }
    const { reportError } = await import('./report-error.js')
    return reportError(error, { json, verbose: program.opts<GlobalOptions>().verbose === true, late: lateError() })
  }
}

/**
 * Prints the faults of the parameters, which may contain anything. Core is loaded only if the text contains characters
 * that a terminal would interpret.
 */
async function showFaults(text: string): Promise<void> {
  if (/[^\P{C}\n]/u.test(text)) (await import('./terminal/print.js')).printMessage(text)
  else process.stderr.write(text)
}

/** Returns `cache` for `maestro cache stats`. */
function topLevelName(command: Command, program: Command): string {
  let top = command
  while (top.parent !== null && top.parent !== program) top = top.parent
  return top.name()
}
