import { maestroError } from '../../errors/error-table.js'

/** Does work on the run's own files. @throws MAESTRO_RUN_STATE when the file system refuses */
export async function stateErrors<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw stateError(path, error)
  }
}

/** What the file system refused, as MAESTRO_RUN_STATE. */
export function stateError(path: string, error: unknown) {
  return maestroError(
    'MAESTRO_RUN_STATE',
    { path, reason: error instanceof Error ? error.message : String(error) },
    error,
  )
}
