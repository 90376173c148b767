import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes the entries of a folder to the disk: a file that was created, renamed or linked keeps its name after a power
 * failure only then. Windows has no such operation and needs none.
 */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Writes the name of a file to the disk. */
export function syncName(path: string): Promise<void> {
  return syncFolder(dirname(path))
}
