import { z } from 'zod'
import type { TableStatement } from '../../contracts/table-engine.js'
import { isPlainObject } from '../../define/definition/rule.js'
import { describeIssues } from '../../errors/describe-issues.js'
import { maestroError } from '../../errors/error-table.js'

const names = z.array(z.string())

/** An object with a value for each name. It may hold the order of its names under a symbol. */
function byName<Value extends z.ZodType>(value: Value) {
  const named = (given: unknown) => (isPlainObject(given) ? Object.fromEntries(Object.entries(given)) : given)
  return z.preprocess(named, z.record(z.string(), value))
}

const count = z.int().nonnegative()
const sortKeys = z.array(
  z.strictObject({
    column: z.string(),
    descending: z.boolean().optional(),
    nulls: z.enum(['first', 'last']).optional(),
  }),
)
const values = byName(z.string())
const side = z.union([count, z.literal('all')])
const sample = { kind: z.literal('sample'), seed: z.number(), by: names.optional() }

/** What a table engine relies on. It checks the expressions itself. */
const statements = z
  .array(
    z.union([
      z.strictObject({
        kind: z.literal('filter'),
        where: z.string(),
        params: byName(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
      }),
      z.strictObject({ kind: z.literal('sort'), by: sortKeys }),
      z.strictObject({ kind: z.literal('limit'), count, offset: count.optional() }),
      z.strictObject({ ...sample, count }),
      z.strictObject({ ...sample, fraction: z.number().min(0).max(1) }),
      z.strictObject({ kind: z.literal('dedupe'), by: names, keep: z.enum(['first', 'last']) }),
      z.strictObject({ kind: z.literal('aggregate'), by: names, values }),
      z.strictObject({
        kind: z.literal('window'),
        by: names,
        orderBy: sortKeys,
        frame: z.strictObject({ before: side, after: side }).optional(),
        values,
      }),
    ]),
  )
  .min(1, 'at least one statement is expected')

/**
 * The statements of a table operator, if they have the form that a table engine relies on. Code without types may return
 * anything, and so may another process.
 *
 * @throws MAESTRO_STEP_CONTRACT that names what is wrong
 */
export function soundStatements(step: string, given: unknown): readonly TableStatement[] {
  const { error } = statements.safeParse(given)
  // Not the copy, which lacks the order of the columns.
  if (error === undefined) return given as readonly TableStatement[]
  const fault = `returned statements of another form: ${describeIssues(error.issues, given, 'statements').join('; ')}`
  throw maestroError('MAESTRO_STEP_CONTRACT', { step, fault })
}
