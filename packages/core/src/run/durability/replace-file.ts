import { type FileHandle, open, rename } from 'node:fs/promises'
import { ownFile } from '../../builtin/state-directory.js'
import { stateErrors } from '../state/state-errors.js'
import { type Failpoint, failpoint } from './failpoints.js'
import { syncName } from './sync-folder.js'

/**
 * Replaces a file of the run's state. It is written beside, synced, and renamed, so that a crash leaves the file before
 * or the file after.
 *
 * @param places The failpoints before and after the rename.
 * @throws MAESTRO_RUN_STATE
 */
export async function replaceFile(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  places?: readonly [Failpoint, Failpoint],
): Promise<void> {
  await stateErrors(path, async () => {
    const temporary = `${path}.tmp`
    const file = await open(temporary, 'w', ownFile)
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    if (places !== undefined) failpoint(places[0])
    await rename(temporary, path)
    await syncName(path)
    if (places !== undefined) failpoint(places[1])
  })
}
