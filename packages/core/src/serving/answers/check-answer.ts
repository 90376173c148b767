import type { JsonSchema } from '../../contracts/schema.js'
import type { AnswerCheck, LLMResult } from '../../contracts/serving.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import { type AnswerData, answerDataOf } from './answer-data.js'
import { calledData } from './called-data.js'
import { checkOfJsonSchema } from './fits-schema.js'
import { mendJson } from './mend-json.js'
import { withoutNulls } from './without-nulls.js'

/**
 * The result of a request with a schema: its data, as the model wrote them and as the check returns them, or its
 * faults.
 */
export type CheckedAnswer =
  | { readonly data: unknown; readonly value: unknown; readonly warning?: string }
  | {
      readonly error: MaestroError
      /** What to tell the model; undefined if telling it is useless. */
      readonly issues: readonly string[] | undefined
    }

/** What an answer has to satisfy. */
export interface AnswerRules {
  readonly schema: JsonSchema
  /** @default the schema alone, if there are several values; a single value passes */
  readonly check?: AnswerCheck | undefined
}

const mendedWarning = 'The answer was not valid JSON. Its punctuation was mended.'
const severalWarning =
  'An answer contained several different values that match the schema. The last one was taken as the answer.'

/**
 * Reads the data of an answer, ignores any text around them, and takes the last value that passes the check. If none does,
 * it corrects the punctuation of the JSON before the model is asked to repair it.
 */
export async function checkAnswer(
  serving: string,
  result: LLMResult,
  { schema, check }: AnswerRules,
): Promise<CheckedAnswer> {
  const ended = checkEnd(serving, result)
  if (ended !== undefined) return { error: ended, issues: undefined }
  const { found, inside } = answerDataOf(result)
  const fits = async (value: unknown) => (check ?? (await checkOfJsonSchema(schema)))(value)
  const passes = check !== undefined || found.length > 1 ? fits : pass
  let faults: { readonly issues: readonly string[]; readonly length: number } | undefined
  for (const [place, { value, length }] of found.entries()) {
    const verdict = await passes(value)
    if ('value' in verdict) {
      const isAmbiguous = await hasOther(found.slice(place + 1), value, fits)
      return { data: value, value: verdict.value, ...(isAmbiguous ? { warning: severalWarning } : {}) }
    }
    if (faults === undefined || length > faults.length) faults = { issues: verdict.issues, length }
  }
  const given = [...found, ...inside].map(({ value }) => value)
  const amended = given.map((value) => withoutNulls(value, schema)).filter((value, index) => value !== given[index])
  const called = calledData(markupOf(result), schema).toReversed()
  for (const value of [...called, ...inside.map(({ value }) => value), ...amended]) {
    const verdict = await fits(value)
    if ('value' in verdict) return { data: value, value: verdict.value }
  }
  const mended = result.object === undefined ? await mendJson(result.text) : undefined
  const verdict = mended === undefined ? undefined : await fits(mended)
  if (verdict !== undefined && 'value' in verdict) return { data: mended, value: verdict.value, warning: mendedWarning }
  if (faults === undefined) {
    const reply = result.text.slice(0, 200)
    const error = maestroError('MAESTRO_SERVING_MALFORMED_REPLY', { serving, reply })
    return { error, issues: [result.text.trim() === '' ? 'the answer is empty' : 'the answer is not JSON'] }
  }
  const { issues } = faults
  return { error: maestroError('MAESTRO_SERVING_SCHEMA_MISMATCH', { serving, issues }), issues }
}

/** Whether one of the earlier values also fits and says something else. */
async function hasOther(
  earlier: readonly AnswerData[],
  answer: unknown,
  fits: (value: unknown) => Promise<Awaited<ReturnType<AnswerCheck>>>,
): Promise<boolean> {
  const text = JSON.stringify(answer)
  for (const { value } of earlier) if (JSON.stringify(value) !== text && 'value' in (await fits(value))) return true
  return false
}

/** Some servers report the whole answer as reasoning. A call in the middle of the reasoning is a draft. */
function markupOf({ object, text, reasoning = '' }: LLMResult): string {
  if (object !== undefined) return ''
  return text.trim() === '' && reasoning.trimEnd().endsWith('>') ? reasoning : text
}

const pass: AnswerCheck = (value) => ({ value })

/** The error of an answer that is incomplete. */
export function checkEnd(serving: string, { finishReason, text, usage }: LLMResult): MaestroError | undefined {
  switch (finishReason) {
    case 'stop':
      return undefined
    case 'length':
      return maestroError('MAESTRO_SERVING_CUT_OFF', { serving, tokens: usage.outputTokens })
    case 'content-filter':
      return maestroError('MAESTRO_SERVING_FILTERED', { serving })
    case 'refusal':
      return maestroError('MAESTRO_SERVING_REFUSED', { serving, reason: text.slice(0, 200) })
  }
}
