import { MaestroError } from '@maestro-dataflow/core'
import { fsError } from './errors.js'

/** What is wrong with a part of a file. The reader of the file names the file. */
export const unreadable = (reason: string): MaestroError => fsError('MAESTRO_FS_CONTENT', { reason })

/** Why something cannot be read. */
export function reasonOf(error: unknown): string {
  if (MaestroError.is(error)) return String(error.details.reason)
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
}
