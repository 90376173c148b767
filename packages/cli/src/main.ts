import { MaestroError } from '@maestro-dataflow/core'
import { Command, CommanderError, InvalidArgumentError } from 'commander'

/**
 * The command line.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong use, 130 stopped by the user
 */
export async function main(parameters: readonly string[]): Promise<number> {
  const program = new Command('maestro')
    .description('Runs AI data pipelines.')
    .version('0.1.0')
    .option('--config <file>', 'the config file; otherwise looked for upward from here')
    .exitOverride()
  let exitCode = 0
  program
    .command('run <pipeline>')
    .description('run a pipeline, by its name or the path of its file')
    .option('--limit <rows>', 'read only the first rows', wholeNumber)
    .option('--set <name=value>', 'a parameter of the pipeline; may be repeated', gatherSettings, {})
    .option('--overwrite', 'replace outputs that exist')
    .option('--json', 'print the report as JSON')
    .action(
      async (
        pipeline: string,
        options: { limit?: number; set: Record<string, string>; overwrite?: boolean; json?: boolean },
      ) => {
        const { run } = await import('./run-command.js')
        exitCode = await run(pipeline, { ...options, config: program.opts<{ config?: string }>().config })
      },
    )
  program
    .command('plan <pipeline>')
    .description('check a pipeline and show what would run, as JSON')
    .option('--set <name=value>', 'a parameter of the pipeline; may be repeated', gatherSettings, {})
    .action(async (pipeline: string, options: { set: Record<string, string> }) => {
      const { plan } = await import('./plan-command.js')
      await plan(pipeline, { ...options, config: program.opts<{ config?: string }>().config })
    })
  program.addHelpText('after', '\nExamples:\n  maestro run reviews --limit 20\n  maestro plan reviews')
  try {
    await program.parseAsync([...parameters], { from: 'user' })
    return exitCode
  } catch (error) {
    return report(error)
  }
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 0) return number
  throw new InvalidArgumentError('A whole number is expected.')
}

function gatherSettings(text: string, settings: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write name=value.')
  return { ...settings, [text.slice(0, at)]: text.slice(at + 1) }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!MaestroError.is(error)) throw error
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`)
  return error.code === 'MAESTRO_RUN_ABORTED' ? 130 : 1
}
