import type { Command } from 'commander'

/**
 * Adds a command to the program: its options and help. The work is in another file, which is imported when the command
 * runs, so that `maestro --help` loads none of it.
 *
 * @param exit Takes the exit code. A command that does not call it ends with 0.
 */
export type Register = (program: Command, exit: (code: number) => void) => void

/** The options that may stand before or after any command. */
export interface GlobalOptions {
  /** The config file. Without it, the command searches for one. */
  readonly config?: string
  /** Whether to log everything and to show the origin of unexpected errors. */
  readonly verbose?: boolean
}

/** The values of the options that all commands share. */
export function globalOptions(program: Command): GlobalOptions {
  return program.opts<GlobalOptions>()
}

/** Examples for the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
