import { type FileHandle, open, rm } from 'node:fs/promises'

/** Writes a file, works with it, and removes it, also if something fails. */
export async function withWrittenFile<Result>(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  work: (path: string) => Promise<Result>,
): Promise<Result> {
  // A process that was killed may have left it.
  await rm(path, { force: true })
  try {
    const file = await open(path, 'wx')
    try {
      await write(file)
    } finally {
      await file.close()
    }
    return await work(path)
  } finally {
    await rm(path, { force: true })
  }
}
