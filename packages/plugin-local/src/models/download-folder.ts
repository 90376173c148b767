import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localError } from '../errors.js'
import type { FetchOptions } from './model-source.js'

const everyMilliseconds = 250

/**
 * Gives a new folder to a tool that downloads into it, removes it afterwards, and tells meanwhile how large the largest
 * file in it has grown: the tools say it only to people.
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
  // Files come and go while the tool works.
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
 * The one file of a kind that a tool brought.
 *
 * @throws MAESTRO_LOCAL_ARCHIVE
 */
export async function fileIn(folder: string, ending: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => name.endsWith(ending))
  if (file === undefined)
    throw localError('MAESTRO_LOCAL_ARCHIVE', { archive: folder, reason: `there is no ${ending} file in what came` })
  return file
}
