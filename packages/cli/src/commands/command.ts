import type { Command } from 'commander'

/**
 * Adds a command to the program: its options and help. The work is in another file, which is imported when the
 * command runs, so that `maestro --help` loads nothing of it.
 *
 * @param exit Takes the exit code; a command that does not call it ends with 0.
 */
export type Register = (program: Command, exit: (code: number) => void) => void

/** What may stand before or after any command. */
export interface GlobalOptions {
  /** The config file; otherwise it is looked for. */
  readonly config?: string
  /** Log everything; show where unexpected errors come from. */
  readonly verbose?: boolean
}

/** The options that every command shares, as they were given. */
export function globalOptions(program: Command): GlobalOptions {
  return program.opts<GlobalOptions>()
}

/** Examples below a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
