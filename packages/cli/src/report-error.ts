import { MaestroError, maestroError, type RunReport } from '@maestro-dataflow/core'
import { isResumable } from '@maestro-dataflow/core/runtime'
import { CommanderError } from 'commander'
import { describeRejects, shownPath } from './describe-report.js'
import { cliError, wrongUse } from './errors.js'
import { resumeLine } from './resume/describe-resume.js'
import { printJson } from './terminal/json.js'
import { printMessage } from './terminal/print.js'
import { styleFor } from './terminal/style.js'

/** The display options of errors. */
export interface ErrorDisplay {
  /** Whether the error is printed as one JSON object on standard output. */
  readonly json: boolean
  /** Whether causes and stacks are shown. */
  readonly verbose: boolean
  /** An uncaught error that stopped the command. */
  readonly late?: { readonly error: unknown } | undefined
}

/** Reports the failure and its remedy. @returns the exit code */
export function reportError(thrown: unknown, { json, verbose, late }: ErrorDisplay): number {
  const error = late === undefined ? toMaestroError(thrown) : lateErrorOf(late.error)
  const report = reportOf(thrown)
  if (json) printJson({ error: error.toJSON(), ...(report === undefined ? {} : { report }) })
  else printMessage(`${describeError(error, report)}\n`)
  if (verbose) for (const stack of stacks(error)) printMessage(`${stack}\n`)
  if (error.code === 'MAESTRO_RUN_ABORTED') return 130
  return wrongUse.has(error.code) ? 2 : 1
}

function reportOf(thrown: unknown): RunReport | undefined {
  return MaestroError.is(thrown) && 'report' in thrown ? (thrown.report as RunReport) : undefined
}

function lateErrorOf(error: unknown): MaestroError {
  const reason = error instanceof Error ? error.message : String(error)
  return machineError(error, reason) ?? cliError('MAESTRO_CLI_LATE_ERROR', { reason }, error)
}

function toMaestroError(thrown: unknown): MaestroError {
  if (MaestroError.is(thrown)) return thrown
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  if (thrown instanceof CommanderError) return cliError('MAESTRO_CLI_USAGE', { reason: reason.replace(/^error: /, '') })
  return machineError(thrown, reason) ?? cliError('MAESTRO_CLI_UNEXPECTED', { reason }, thrown)
}

/** The error of a machine that does not let the command work; undefined if the error is another one. */
function machineError(thrown: unknown, reason: string): MaestroError | undefined {
  const { syscall, path } = (thrown ?? {}) as NodeJS.ErrnoException
  if (syscall === 'uv_cwd') return cliError('MAESTRO_CLI_FOLDER_GONE', {}, thrown)
  // Only standard output and standard error are written without a path.
  if (syscall === 'write' && path === undefined)
    return maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path: 'standard output', reason }, thrown)
  return undefined
}

function describeError(error: MaestroError, report: RunReport | undefined): string {
  const { bold, bad, dim } = styleFor(process.stderr)
  const lines = [`${bad(bold(error.code))}: ${error.message}`]
  if (error.hint !== undefined && error.hint !== '') lines.push(error.hint)
  if (report !== undefined) lines.push(...describeRejects(report))
  if (report?.directory !== undefined) {
    lines.push(dim(`run folder: ${shownPath(report.directory)}`))
    if (isResumable(report.directory)) lines.push(`Continue with: ${resumeLine(report.runId)}`)
  }
  return lines.join('\n')
}

function stacks(error: unknown): readonly string[] {
  const found: string[] = []
  for (let at = error; at instanceof Error && found.length < 5; at = at.cause) found.push(at.stack ?? at.message)
  return found
}
