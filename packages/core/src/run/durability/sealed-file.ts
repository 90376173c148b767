import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { Failpoint } from './failpoints.js'
import { replaceFile } from './replace-file.js'

/**
 * Replaces a small file of the run's state, with a checksum.
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
  await replaceFile(path, (file) => file.writeFile(`{"crc32":${crc32(text)},"content":${text}}\n`), places)
}

/** Reads a sealed file. @returns undefined if it is missing; `damaged` if it cannot be read or is not what was written */
export function readSealed<Content extends object>(path: string): Content | 'damaged' | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    // What another user has made, or a broken disk, is not a file that was never written.
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : 'damaged'
  }
  const [, checksum, content = ''] = /^\{"crc32":(\d+),"content":(.*)\}\n$/s.exec(text) ?? []
  if (checksum === undefined || crc32(content) !== Number(checksum)) return 'damaged'
  return JSON.parse(content) as Content
}
