import { type DriverError, type FailureKind, kindByWords } from '../../connection/failure-kind.js'

const codes: Readonly<Record<string, FailureKind>> = {
  SQLITE_BUSY: 'locked',
  SQLITE_LOCKED: 'locked',
  SQLITE_FULL: 'full',
  SQLITE_CONSTRAINT: 'row',
  SQLITE_MISMATCH: 'row',
  SQLITE_TOOBIG: 'row',
  SQLITE_READONLY: 'permission',
  SQLITE_PERM: 'permission',
  SQLITE_AUTH: 'permission',
  SQLITE_CANTOPEN: 'unreachable',
  SQLITE_NOTADB: 'failed',
}

const words: readonly (readonly [RegExp, FailureKind])[] = [
  [/^no such table/, 'table'],
  [/^no such column|syntax error/, 'query'],
  [/ConnectionFailed|Unable to open/, 'unreachable'],
]

export function sqliteFailureKind(error: DriverError): FailureKind | undefined {
  // Extended codes say more: `SQLITE_CONSTRAINT_UNIQUE`.
  const code = /^SQLITE_[A-Z]+/.exec(String(error.code))?.[0]
  return (code === undefined ? undefined : codes[code]) ?? kindByWords(error, words)
}

/** Whether a failure concerns single rows, so that others may succeed. */
export const aboutRows = (error: unknown): boolean => sqliteFailureKind(error as DriverError) === 'row'
