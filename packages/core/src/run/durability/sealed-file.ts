import { readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { ownFile } from '../../builtin/state-directory.js'
import { stateErrors } from '../state/state-errors.js'
import { type Failpoint, failpoint } from './failpoints.js'
import { syncName } from './sync-folder.js'

/**
 * Writes a small file of the run's state with a checksum. It is written beside, synced, and renamed, so that a crash
 * leaves the file before or the file after.
 *
 * @param places The failpoints before and after the rename.
 * @throws MAESTRO_RUN_STATE
 */
export async function writeSealed(
  path: string,
  content: object,
  places?: readonly [Failpoint, Failpoint],
): Promise<void> {
  const text = JSON.stringify(content)
  const temporary = `${path}.tmp`
  await stateErrors(path, async () => {
    const file = await open(temporary, 'w', ownFile)
    try {
      await file.writeFile(`{"crc32":${crc32(text)},"content":${text}}\n`)
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

/** Reads a sealed file. @returns undefined if it is missing; `damaged` if it is not what was written */
export function readSealed<Content extends object>(path: string): Content | 'damaged' | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  const [, checksum, content = ''] = /^\{"crc32":(\d+),"content":(.*)\}\n$/s.exec(text) ?? []
  if (checksum === undefined || crc32(content) !== Number(checksum)) return 'damaged'
  return JSON.parse(content) as Content
}
