import type { DuckDBType } from '@duckdb/node-api'

/** The name of a type as SQL has it. The driver calls JSON a text, and keeps its name as an alias. */
export function sqlTypeName(type: DuckDBType): string {
  if ('valueType' in type && 'length' in type) return `${sqlTypeName(type.valueType)}[${type.length}]`
  if ('valueType' in type && !('keyType' in type)) return `${sqlTypeName(type.valueType)}[]`
  return type.alias === 'JSON' ? 'JSON' : String(type)
}
