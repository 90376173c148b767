type Sqlite = typeof import('node:sqlite')

let loaded: Sqlite | undefined

/**
 * Node's SQLite, loaded when it is first needed. Node 22 warns that it is experimental, but the part that is used here
 * has not changed since, and the user cannot act on the warning. The warning appears while the module loads, so it is
 * suppressed only then.
 */
export function loadSqlite(): Sqlite {
  if (loaded !== undefined) return loaded
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error, ...more: readonly unknown[]) => {
    if (!String(warning).startsWith('SQLite is an experimental feature'))
      Reflect.apply(emitWarning, process, [warning, ...more])
  }
  try {
    loaded = process.getBuiltinModule('node:sqlite')
    return loaded
  } finally {
    process.emitWarning = emitWarning
  }
}
