import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localError } from '../errors.js'
import type { FetchOptions } from './model-source.js'

const everyMilliseconds = 250

/**
 * Passes a new folder to a tool that downloads into it, and removes the folder afterwards. Meanwhile it reports the
 * size of the largest file, because the tools report progress only to people.
 */
export async function inDownloadFolder<T>(
  work: (folder: string) => Promise<T>,
  onProgress: FetchOptions['onProgress'],
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'maestro-model-'))
  let largest = 0
  const look = async () => {
    const bytes = await largestFile(folder)
    if (bytes <= largest) return
    largest = bytes
    onProgress?.(bytes)
  }
  const timer = onProgress && setInterval(() => void look(), everyMilliseconds)
  try {
    const result = await work(folder)
    await look()
    return result
  } finally {
    clearInterval(timer)
    await rm(folder, { recursive: true, force: true })
  }
}

async function largestFile(folder: string): Promise<number> {
  // Files appear and disappear while the tool works.
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    )
  return Math.max(0, ...(await Promise.all(sizes)))
}

/**
 * The only file of a type that a tool downloaded.
 *
 * @throws MAESTRO_LOCAL_ARCHIVE
 */
export async function fileIn(folder: string, ending: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => name.endsWith(ending))
  if (file === undefined)
    throw localError('MAESTRO_LOCAL_ARCHIVE', { archive: folder, reason: `the download contains no ${ending} file` })
  return file
}
