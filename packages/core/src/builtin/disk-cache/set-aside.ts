import { renameSync, statSync } from 'node:fs'

/**
 * Renames an unusable database and its companion files, because someone may want its answers.
 *
 * @returns its new path
 * @throws the errors of the file system
 */
export function setAside(path: string, why: 'damaged' | 'version', now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:.TZ]/g, '')
  const aside = path.replace(/(\.\w+)?$/, `.${why}-${stamp}-${process.pid}$1`)
  // The log of the old file must never lie beside a new one, because it would be applied to it.
  for (const part of ['-wal', '-shm', '']) {
    if (statSync(path + part, { throwIfNoEntry: false }) !== undefined) renameSync(path + part, aside + part)
  }
  return aside
}

/** Distinguishes a file from another one that has taken its path. */
export function fileIdentity(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`
}
