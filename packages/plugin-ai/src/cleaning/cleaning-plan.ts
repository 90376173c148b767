import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { aiError } from '../errors.js'
import { operation } from './operations.js'

const example = z.strictObject({ id: z.string(), before: z.unknown(), after: z.unknown() })

/** An operation on a column, how sure the model was, and what it changes. */
export const plannedOperation = z.strictObject({
  column: z.string(),
  operation,
  confidence: z.number().min(0).max(1),
  /** Cells that it changes. */
  changes: z.number().int().nonnegative(),
  /** Some of them. */
  examples: z.array(example),
})
export type PlannedOperation = z.output<typeof plannedOperation>

const plan = z.strictObject({
  /** The columns of the table that it was made for. */
  columns: z.array(z.string()),
  rows: z.number().int().nonnegative(),
  operations: z.array(plannedOperation),
})

/** What is proposed for a table: for people to read, shorten and correct. */
export type CleaningPlan = z.output<typeof plan>

/** Writes a plan beside, and then in its place. */
export async function writePlan(path: string, given: CleaningPlan): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.part`, `${JSON.stringify(given, null, 2)}\n`)
  await rename(`${path}.part`, path)
}

/** The plan in a file; undefined where there is none. @throws MAESTRO_AI_CLEANING_PLAN for what is no plan */
export async function readPlan(path: string, name: string): Promise<CleaningPlan | undefined> {
  if (!existsSync(path)) return undefined
  const fault = (reason: string, cause?: unknown) => aiError('MAESTRO_AI_CLEANING_PLAN', { path: name, reason }, cause)
  let json: unknown
  try {
    json = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw fault('it is no JSON', error)
  }
  const read = plan.safeParse(json)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw fault(`${issue?.path.join('.')}: ${issue?.message}`)
}
