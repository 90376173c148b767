import { MaestroError } from '@maestro-dataflow/core'

/** Says on stderr what failed and what to do. @returns the exit code */
export function reportError(error: unknown): number {
  if (!MaestroError.is(error)) throw error
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`)
  return error.code === 'MAESTRO_RUN_ABORTED' ? 130 : 1
}
