import { closeSync, openSync, statSync, unlinkSync } from 'node:fs'

/** The milliseconds after which a process that is opening a file counts as dead. */
const staleAfter = 10_000

/**
 * Prevents other processes from opening a file while this one does. A file that is set aside must not be open
 * elsewhere, or its log would end up beside the new file.
 *
 * @returns a function that releases the lock; undefined if another process holds it
 */
export function lockOpening(path: string): (() => void) | undefined {
  const lock = `${path}.opening`
  try {
    closeSync(openSync(lock, 'wx'))
    return () => unlinkSync(lock)
  } catch (error) {
    // In a read-only place, nothing is set aside.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return () => undefined
    const { mtimeMs = Date.now() } = statSync(lock, { throwIfNoEntry: false }) ?? {}
    if (Date.now() - mtimeMs > staleAfter) unlinkSync(lock)
    return undefined
  }
}
