import { open } from 'node:fs/promises'

/** Writes the names of a folder to the disk. Windows has no such operation and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
