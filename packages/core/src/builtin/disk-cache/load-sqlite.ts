type Sqlite = typeof import('node:sqlite')

let loaded: Sqlite | undefined

/**
 * Node's SQLite, loaded when it is first needed. Node 22 warns of it as experimental; what is used here is the same
 * there, and a user can do nothing about the warning. It is told while the module loads, so it is held back just then.
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
