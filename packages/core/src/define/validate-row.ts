import { onlyColumns } from '../contracts/column-order.js'
import type { Row } from '../contracts/row.js'
import type { Schema } from '../contracts/schema.js'
import { describeIssues } from '../errors/describe-issues.js'
import { reasonOf } from '../errors/reason-of.js'
import { schemaColumns } from './schema-columns.js'

/** A row after validation, or the reason why it is invalid. */
export type ValidatedRow = { readonly value: Row } | { readonly issues: readonly string[]; readonly cause?: unknown }

/**
 * Validates and transforms a row with a schema. Columns that a closed schema does not name are left out, whether or not
 * the library of the schema does so. Reasons name the place in the row. It never throws.
 */
export async function validateRow(schema: Schema, row: Row): Promise<ValidatedRow> {
  try {
    const result = await schema['~standard'].validate(row)
    if (result.issues === undefined) return { value: namedColumns(schema, result.value as Row) }
    return { issues: describeIssues(result.issues, row) }
  } catch (error) {
    // A check of the schema threw an error, which concerns this row, too.
    return { issues: [reasonOf(error)], cause: error }
  }
}

/** The columns of closed schemas, because finding them takes long. */
const closed = new WeakMap<Schema, ReadonlySet<string> | undefined>()

function namedColumns(schema: Schema, row: Row): Row {
  if (!closed.has(schema)) {
    const { columns, open } = schemaColumns(schema)
    closed.set(schema, open ? undefined : new Set(Object.keys(columns)))
  }
  const names = closed.get(schema)
  return names === undefined ? row : onlyColumns(row, names)
}
