/** The upsert of the standard, which SQLite adopted from PostgreSQL. */
export function onConflictUpdate(
  quoteName: (name: string) => string,
): (columns: readonly string[], key: readonly string[]) => string {
  return (columns, key) => {
    const changed = columns.filter((column) => !key.includes(column)).map(quoteName)
    const action =
      changed.length === 0 ? 'NOTHING' : `UPDATE SET ${changed.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`
    return ` ON CONFLICT (${key.map(quoteName).join(', ')}) DO ${action}`
  }
}
