import fs from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

type Synced = Map<number, number>

/**
 * Follows which bytes of the files of this process are synced to the disk, by the numbers of the files, until it is
 * stopped. A file that is renamed keeps its number.
 */
export async function followSyncs(): Promise<{ readonly files: SyncedFiles; stop(): void }> {
  const synced: Synced = new Map()
  const note = (descriptor: number) => {
    const { ino, size } = fs.fstatSync(descriptor)
    synced.set(ino, size)
  }
  const handle = await open(import.meta.filename)
  const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'sync' | 'datasync'>
  await handle.close()
  const { sync, datasync } = prototype
  const { fdatasync, fdatasyncSync, fsyncSync } = fs
  const noted = (work: () => Promise<void>) =>
    async function (this: FileHandle) {
      await work.call(this)
      note(this.fd)
    }
  prototype.sync = noted(sync)
  prototype.datasync = noted(datasync)
  const notedSync = (work: (descriptor: number) => void) => (descriptor: number) => {
    work(descriptor)
    note(descriptor)
  }
  const follow = {
    fdatasyncSync: notedSync(fdatasyncSync),
    fsyncSync: notedSync(fsyncSync),
    fdatasync: (descriptor: number, done: (error: Error | null) => void) =>
      fdatasync(descriptor, (error) => {
        if (error === null) note(descriptor)
        done(error)
      }),
  }
  Object.assign(fs, follow)
  syncBuiltinESMExports()
  return {
    files: new SyncedFiles(synced),
    stop() {
      Object.assign(prototype, { sync, datasync })
      Object.assign(fs, { fdatasync, fdatasyncSync, fsyncSync })
      syncBuiltinESMExports()
    },
  }
}

/** What a power failure leaves of files. */
export class SyncedFiles {
  readonly #synced: Synced

  constructor(synced: Synced) {
    this.#synced = synced
  }

  /**
   * Takes from a copy of a folder what was not synced in the folder.
   *
   * @param isTorn Whether a half of the lost bytes is on the disk and the other half is zeros, instead of nothing.
   * @param survives The files that were there before.
   */
  forget(folder: string, copy: string, isTorn: boolean, survives: (path: string) => boolean): number {
    let forgotten = 0
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (!entry.isFile() || survives(path)) continue
      const { ino, size } = fs.statSync(path)
      const safe = Math.min(this.#synced.get(ino) ?? 0, size)
      if (safe === size) continue
      forgotten++
      const target = join(copy, path.slice(folder.length))
      if (!fs.existsSync(target)) continue
      const half = safe + Math.floor((size - safe) / 2)
      fs.truncateSync(target, isTorn ? half : safe)
      if (isTorn) fs.truncateSync(target, size)
    }
    return forgotten
  }
}
