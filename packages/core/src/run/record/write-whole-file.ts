import { randomBytes } from 'node:crypto'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { reasonOf } from '../../errors/reason-of.js'
import { moveToFreePath } from '../../provider/move-to-free-path.js'
import { temporaryFileName } from '../../provider/temporary-files.js'

/**
 * Writes a file for people as a whole: it is written beside its path and moved there when it is complete. A symbolic link
 * is followed.
 *
 * @param write Writes the file at the path that it receives.
 * @param overwrite Whether an existing file is replaced. @default false
 * @throws MAESTRO_RUN_OUTPUT_EXISTS unless `overwrite`, MAESTRO_RUN_OUTPUT_UNWRITABLE
 */
export async function writeWholeFile(
  path: string,
  write: (temporary: string) => void | Promise<void>,
  overwrite = false,
): Promise<void> {
  const isThere = existsSync(path)
  const target = isThere ? realpathSync(path) : resolve(path)
  if (isThere && !overwrite) throw maestroError('MAESTRO_RUN_OUTPUT_EXISTS', { path })
  if (isThere && !statSync(target).isFile())
    throw maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path, reason: 'there is something else than a file' })
  const temporary = join(dirname(target), temporaryFileName(randomBytes(8).toString('hex')))
  try {
    await write(temporary)
    if (overwrite) await rename(temporary, target)
    else await moveToFreePath(temporary, { path: target, shown: path })
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    if (MaestroError.is(error)) throw error
    throw maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path, reason: reasonOf(error) }, error)
  }
}
