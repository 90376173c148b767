import {
  type ColumnType,
  columnTypeOfJson,
  type JsonSchema,
  jsonSchemaOf,
  type Row,
  type Schema,
} from '@maestro-dataflow/core'
import { fromCell, Unfit } from './value-types.js'

type Property = JsonSchema & { readonly type?: unknown; readonly anyOf?: readonly Property[] }

/** The values that a schema accepts for one cell. */
interface WantedCell {
  readonly column: string
  readonly type: ColumnType
  readonly nullable: boolean
  readonly optional: boolean
}

/**
 * Converts cells to what a schema expects before it validates them: for `z.number()`, the cell "4" becomes 4. An empty
 * cell is null if the schema accepts null, or else missing if the property is optional. A cell that cannot be converted
 * stays unchanged, and the schema reports its fault.
 */
export function cellsForSchema(schema: Schema): ((row: Row) => Row) | undefined {
  const wanted = wantedCells(schema)
  if (wanted.length === 0) return undefined
  return (row) => {
    const changed: Record<string, unknown> = { ...row }
    for (const { column, type, nullable, optional } of wanted) {
      const cell = row[column]
      if (typeof cell !== 'string') continue
      const value = fromCell(cell, type)
      if (value instanceof Unfit) continue
      if (value !== null || nullable) changed[column] = value
      else if (optional) delete changed[column]
    }
    return changed
  }
}

function wantedCells(schema: Schema): readonly WantedCell[] {
  const { properties = {}, required = [] } = (jsonSchemaOf(schema, 'input') ?? {}) as {
    readonly properties?: Readonly<Record<string, Property>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).flatMap(([column, property]) => {
    const types = typesOf(property)
    const plain = types.filter((type) => type !== 'null')
    const [first] = plain
    const type = plain.length === 1 ? columnTypeOfJson.get(first) : undefined
    if (type === undefined || type === 'string' || column === '__proto__') return []
    return [{ column, type, nullable: types.length > plain.length, optional: !required.includes(column) }]
  })
}

/** The JSON types that a property accepts. */
function typesOf({ type, anyOf }: Property): readonly unknown[] {
  if (anyOf !== undefined) return [...new Set(anyOf.flatMap(typesOf))]
  return Array.isArray(type) ? type : [type]
}
