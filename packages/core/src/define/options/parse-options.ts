import type { z } from 'zod'
import { describeIssues } from '../../errors/describe-issues.js'
import { maestroError } from '../../errors/error-table.js'

/**
 * Parses the options of a class that is used without a config, in the same way as the options of its contribution.
 *
 * @param use The name of the contribution, for the message and its hint.
 * @throws MAESTRO_PIPELINE_OPTIONS with every fault
 */
export function parseOptions<Options>(use: string, schema: z.ZodType<Options>, given: unknown): Options {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  throw maestroError('MAESTRO_PIPELINE_OPTIONS', { use, issues: describeIssues(result.error.issues, given) })
}
