import { closeSync, openSync, statSync, unlinkSync } from 'node:fs'

/** Milliseconds after which a process that was opening a file is taken for dead. */
const staleAfter = 10_000

/**
 * Keeps other processes from opening a file while this one does: a file that is set aside must not be open elsewhere,
 * or its log would come to lie beside the new one.
 *
 * @returns gives the lock back; undefined when another process has it
 */
export function lockOpening(path: string): (() => void) | undefined {
  const lock = `${path}.opening`
  try {
    closeSync(openSync(lock, 'wx'))
    return () => unlinkSync(lock)
  } catch (error) {
    // Where nothing may be written nothing is set aside either.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return () => undefined
    const { mtimeMs = Date.now() } = statSync(lock, { throwIfNoEntry: false }) ?? {}
    if (Date.now() - mtimeMs > staleAfter) unlinkSync(lock)
    return undefined
  }
}
