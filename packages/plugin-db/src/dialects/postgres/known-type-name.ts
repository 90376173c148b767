/**
 * SQL for the name of a type by which its values are read: the name in `pg_type` if it is a type of PostgreSQL itself or
 * the type of pgvector, and otherwise an empty one, because users can give any name to a type of their own. The name of
 * a list begins with `_`.
 *
 * @param type The alias of a row of `pg_type`.
 */
export function knownTypeName(type: string): string {
  const own = (alias: string) =>
    `CASE WHEN ${alias}.typnamespace = 'pg_catalog'::regnamespace OR ${alias}.typtype = 'b' AND ${alias}.typname = 'vector'
       THEN ${alias}.typname::text ELSE '' END`
  const item = `SELECT ${own('item')} FROM pg_catalog.pg_type item WHERE item.oid = ${type}.typelem AND item.typarray = ${type}.oid`
  return `coalesce('_' || (${item}), ${own(type)})`
}
