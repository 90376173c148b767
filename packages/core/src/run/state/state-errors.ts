import { sep } from 'node:path'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'

/** Performs a file operation of the run's own state. @throws MAESTRO_RUN_STATE when the file system refuses */
export async function stateErrors<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (MaestroError.is(error)) throw error
    throw stateError(path, error)
  }
}

/** Converts an error of the file system to MAESTRO_RUN_STATE. */
export function stateError(path: string, error: unknown) {
  return maestroError(
    'MAESTRO_RUN_STATE',
    { path, reason: error instanceof Error ? error.message : String(error) },
    error,
  )
}

/** Converts an error of the file system about a file of a run folder to MAESTRO_RUN_STATE; undefined for other errors. */
export function stateErrorIn(folder: string, error: unknown): MaestroError | undefined {
  if (!(error instanceof Error) || MaestroError.is(error)) return undefined
  const { code, path } = error as NodeJS.ErrnoException
  return code !== undefined && path?.startsWith(folder + sep) === true ? stateError(path, error) : undefined
}
