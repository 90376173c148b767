import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { aiError } from '../errors.js'
import { operation } from './operations.js'
import { replaceFile } from './replace-file.js'

const example = z.strictObject({ id: z.string(), before: z.unknown(), after: z.unknown() })

/** An operation on a column, with the confidence of the model and the changes. */
export const plannedOperation = z.strictObject({
  column: z.string(),
  operation,
  confidence: z.number().min(0).max(1),
  /** The number of cells that it changes. */
  changes: z.number().int().nonnegative(),
  /** Examples of the changes. */
  examples: z.array(example),
})
/** An operation of a cleaning plan, with its column and examples of what it changes. */
export type PlannedOperation = z.output<typeof plannedOperation>

const plan = z.strictObject({
  /** The columns of the table for which the plan was made. */
  columns: z.array(z.string()),
  rows: z.number().int().nonnegative(),
  operations: z.array(plannedOperation),
})

/** The proposals for a table, which people can review, shorten, and correct. */
export type CleaningPlan = z.output<typeof plan>

/** Writes a plan for people to review. */
export function writePlan(path: string, given: CleaningPlan): Promise<void> {
  return replaceFile(path, `${JSON.stringify(given, null, 2)}\n`)
}

/**
 * Reads the plan in a file; returns undefined if the file does not exist.
 *
 * @throws MAESTRO_AI_CLEANING_PLAN for an invalid plan
 */
export async function readPlan(path: string, name: string): Promise<CleaningPlan | undefined> {
  if (!existsSync(path)) return undefined
  const fault = (reason: string, cause?: unknown) => aiError('MAESTRO_AI_CLEANING_PLAN', { path: name, reason }, cause)
  let json: unknown
  try {
    json = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw fault('it is not valid JSON', error)
  }
  const read = plan.safeParse(json)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw fault(`${issue?.path.join('.')}: ${issue?.message}`)
}
