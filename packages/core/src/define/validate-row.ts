import type { Row } from '../contracts/row.js'
import type { Schema } from '../contracts/schema.js'
import { describeIssues } from '../errors/describe-issues.js'
import { reasonOf } from '../errors/reason-of.js'

/** A row after validation, or the reason why it is invalid. */
export type ValidatedRow = { readonly value: Row } | { readonly issues: readonly string[]; readonly cause?: unknown }

/** Validates and transforms a row with a schema. Reasons name the place in the row. It never throws. */
export async function validateRow(schema: Schema, row: Row): Promise<ValidatedRow> {
  try {
    const result = await schema['~standard'].validate(row)
    if (result.issues === undefined) return { value: result.value as Row }
    return { issues: describeIssues(result.issues, row) }
  } catch (error) {
    // A check of the schema threw an error, which concerns this row, too.
    return { issues: [reasonOf(error)], cause: error }
  }
}
