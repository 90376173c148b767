import { closeSync, openSync, renameSync, statSync, unlinkSync } from 'node:fs'

/** Milliseconds after which a process that was setting a file aside is taken for dead. */
const staleAfter = 10_000

/**
 * Sets a file aside, unless another process is at it or has put another file into its place.
 *
 * @param identity Of the file that is meant.
 * @returns its new path; undefined when nothing was done
 */
export function setAsideOnce(path: string, identity: string, why: 'damaged' | 'version'): string | undefined {
  const lock = `${path}.aside`
  try {
    closeSync(openSync(lock, 'wx'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (Date.now() - made > staleAfter) unlinkSync(lock)
    return undefined
  }
  try {
    return fileIdentity(path) === identity ? setAside(path, why) : undefined
  } finally {
    unlinkSync(lock)
  }
}

/**
 * Renames a database that cannot be used, with what belongs to it: it may hold answers that someone wants.
 *
 * @returns its new path
 * @throws what the file system says
 */
function setAside(path: string, why: 'damaged' | 'version', now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:.TZ]/g, '')
  const aside = path.replace(/(\.\w+)?$/, `.${why}-${stamp}-${process.pid}$1`)
  // The log of the old file must never lie beside a new one: it would be read into that.
  for (const part of ['-wal', '-shm', '']) {
    if (statSync(path + part, { throwIfNoEntry: false }) !== undefined) renameSync(path + part, aside + part)
  }
  return aside
}

/** Tells a file from another one that has taken its path. */
export function fileIdentity(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`
}
