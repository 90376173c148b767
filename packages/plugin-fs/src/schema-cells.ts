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

/** What a schema wants of one cell. */
interface WantedCell {
  readonly column: string
  readonly type: ColumnType
  readonly nullable: boolean
  readonly optional: boolean
}

/**
 * Turns cells into what a schema expects before it validates: `z.number()` over the cell "4" gets 4. An empty cell is
 * null where the schema takes null, else missing where it may be. A cell that does not convert stays as it is, and
 * the schema says what is wrong with it.
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

/** The JSON types that a property takes. */
function typesOf({ type, anyOf }: Property): readonly unknown[] {
  if (anyOf !== undefined) return [...new Set(anyOf.flatMap(typesOf))]
  return Array.isArray(type) ? type : [type]
}
