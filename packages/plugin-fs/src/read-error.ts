import { MaestroError, maestroError } from '@maestro-dataflow/core'
import type { FoundFile } from './found-file.js'

/** Converts a failure to an error that names the file. */
export function readError(error: unknown, file: FoundFile): MaestroError {
  if (MaestroError.is(error) && error.code !== 'MAESTRO_FS_CONTENT') return error
  const reason = MaestroError.is(error) ? String(error.details.reason) : (error as Error).message
  return maestroError('MAESTRO_STORAGE_READ', { location: file.name, reason }, error)
}
