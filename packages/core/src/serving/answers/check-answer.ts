import type { AnswerCheck, LLMResult } from '../../contracts/serving.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import { extractJson } from '../extract-json.js'

/** An answer to a request with a schema: its data as the model gave them and as the check hands them on, or its faults. */
export type CheckedAnswer =
  | { readonly data: unknown; readonly value: unknown }
  | {
      readonly error: MaestroError
      /** What to tell the model; undefined when there is no use in telling it. */
      readonly issues: readonly string[] | undefined
    }

/** Reads an answer's data, past any text around them, and puts them to the check. */
export async function checkAnswer(serving: string, result: LLMResult, check?: AnswerCheck): Promise<CheckedAnswer> {
  const ended = checkEnd(serving, result)
  if (ended !== undefined) return { error: ended, issues: undefined }
  const data = result.object ?? extractJson(result.text)
  if (data === undefined) {
    const reply = result.text.slice(0, 200)
    const error = maestroError('MAESTRO_SERVING_MALFORMED_REPLY', { serving, reply })
    return { error, issues: ['the answer is not JSON'] }
  }
  const verdict = await (check?.(data) ?? { value: data })
  if ('value' in verdict) return { data, value: verdict.value }
  const { issues } = verdict
  return { error: maestroError('MAESTRO_SERVING_SCHEMA_MISMATCH', { serving, issues }), issues }
}

/** The error of an answer that did not come to its end. */
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
