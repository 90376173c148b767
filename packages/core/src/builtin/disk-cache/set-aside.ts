import { renameSync, statSync } from 'node:fs'

/**
 * Renames a database that cannot be used, with what belongs to it: it may hold answers that someone wants.
 *
 * @returns its new path
 * @throws what the file system says
 */
export function setAside(path: string, why: 'damaged' | 'version', now = new Date()): string {
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
