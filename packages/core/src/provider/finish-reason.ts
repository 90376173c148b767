import type { FinishReason, Usage } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { servingError } from './serving-error.js'

/** The finish reasons of the providers, in lower case, with words joined by an underscore. */
const reasons: Readonly<Record<FinishReason, readonly string[]>> = {
  stop: [
    'stop',
    'stop_sequence',
    'stop_token',
    'stop_string',
    'end_turn',
    'end_of_turn',
    'end',
    'eos',
    'eos_token',
    'eos_found',
    'done',
    'complete',
    'completed',
    'finish',
    'finished',
    'end_of_text',
    'endoftext',
    'eot',
    'eot_id',
    'im_end',
    'tool_call',
    'tool_calls',
    'tool_use',
    'function_call',
  ],
  length: [
    'length',
    'max_tokens',
    'max_length',
    'max_new_tokens',
    'max_output_tokens',
    'max_completion_tokens',
    'max_output',
    'max_len',
    'max_context',
    'model_length',
    'token_limit',
    'token_limit_reached',
    'error_limit',
    'time_limit',
    'context_length',
    'context_length_exceeded',
    'context_window_exceeded',
    'model_context_window_exceeded',
    'repetition_truncation',
    'truncated',
    'max_time',
    'max_tokens_reached',
    'max_tokens_exceeded',
    'max_output_length',
    'maximum_tokens',
    'maximum_length',
    'output_limit',
    'length_limit',
    'num_predict',
    'cut_off',
  ],
  'content-filter': [
    'content_filter',
    'content_filtered',
    'content_policy',
    'content_policy_violation',
    'safety',
    'image_safety',
    'image_prohibited_content',
    'image_recitation',
    'model_armor',
    'jailbreak',
    'policy_violation',
    'content_blocked',
    'error_toxic',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
    'sensitive',
    'guardrail',
    'guardrails',
    'guardrail_intervened',
    'data_inspection_failed',
    'moderation',
    'flagged',
    'blocked',
    'harmful',
  ],
  refusal: ['refusal', 'refused'],
}

/** The server gave up midway; the same request may succeed later. */
const failures = new Map([
  ['error', 500],
  ['internal_error', 500],
  ['server_error', 500],
  ['abort', 500],
  ['aborted', 500],
  ['cancelled', 500],
  ['canceled', 500],
  ['network_error', 500],
  ['timeout', 500],
  ['user_cancel', 500],
  ['malformed_function_call', 500],
  ['malformed_model_output', 500],
  ['malformed_tool_use', 500],
  ['unexpected_tool_call', 500],
  ['too_many_tool_calls', 500],
  ['server_overload', 503],
  ['overloaded', 503],
  ['insufficient_system_resource', 503],
])

/** Some servers write a missing reason as a text. */
const nothing: ReadonlySet<string> = new Set(['', 'null', 'none'])

const known = new Map(
  Object.entries(reasons).flatMap(([reason, words]) => words.map((word) => [word, reason as FinishReason] as const)),
)

/**
 * Maps a provider's finish reason to ours, whatever its capitals and hyphens, with or without a remark after a colon.
 *
 * @param said The provider's finish reason. If it is missing, the answer counts as complete.
 * @param usage The usage of the answer, which is charged even if the answer is unusable.
 * @throws MAESTRO_SERVING_UNFINISHED for an unknown reason, because the answer may be incomplete;
 *   MAESTRO_SERVING_SERVER, _OVERLOADED when the server gave up midway
 * @example
 * finishReasonOf('openai gpt-5-mini', 'MAX_TOKENS', usage) // 'length'
 */
export function finishReasonOf(serving: string, said: string | null | undefined, usage?: Usage): FinishReason {
  const word = wordOf(said ?? '')
  const reason = nothing.has(word) ? 'stop' : known.get(word)
  if (reason !== undefined) return reason
  const status = failures.get(word)
  if (status !== undefined) throw servingError(serving, { status, reason: `the answer ended with "${said}"`, usage })
  throw maestroError('MAESTRO_SERVING_UNFINISHED', { serving, reason: said ?? '', usage })
}

/** What a provider's finish reason means; undefined for one that is missing or not known. */
export function knownFinishReason(said: unknown): FinishReason | undefined {
  return typeof said === 'string' ? known.get(wordOf(said)) : undefined
}

/** Normalizes a reason: `FINISH_REASON_MAX_TOKENS`, `FinishReason.MAX_TOKENS`, `maxTokens`, and `max-tokens: 100` are the same. */
function wordOf(said: string): string {
  const [first = ''] = said.split(/[:(]/)
  const parts = first.trim().replace(/([a-z])([A-Z])/g, '$1_$2')
  return parts
    .toLowerCase()
    .replace(/[\s.-]+/g, '_')
    .replace(/^(?:(?:finish|stop)_)?reason_+/, '')
}
