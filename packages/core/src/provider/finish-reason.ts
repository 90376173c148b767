import type { FinishReason, Usage } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { servingError } from './serving-error.js'

/** What providers call the ends of answers: in lower case, words joined by an underscore. */
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
    'model_length',
    'token_limit',
    'token_limit_reached',
    'context_length',
    'context_length_exceeded',
    'context_window_exceeded',
    'model_context_window_exceeded',
    'repetition_truncation',
    'truncated',
  ],
  'content-filter': [
    'content_filter',
    'content_filtered',
    'content_policy',
    'content_policy_violation',
    'safety',
    'image_safety',
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
  ],
  refusal: ['refusal', 'refused'],
}

/** The server gave up in the middle; the same request may succeed later. */
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
  ['insufficient_system_resource', 503],
])

const known = new Map(
  Object.entries(reasons).flatMap(([reason, words]) => words.map((word) => [word, reason as FinishReason] as const)),
)

/**
 * Why an answer ended, by the word of a provider: whatever its capitals and hyphens, and with or without a remark behind
 * a colon.
 *
 * @param said Nothing counts as an answer that ended by itself.
 * @param usage What the answer took, which is paid for whether it can be used or not.
 * @throws MAESTRO_SERVING_UNFINISHED for a word that is not known: the answer may not be whole; MAESTRO_SERVING_SERVER,
 * _OVERLOADED when the server gave up in the middle
 * @example finishReasonOf('openai gpt-5-mini', 'MAX_TOKENS', usage) // 'length'
 */
export function finishReasonOf(serving: string, said: string | null | undefined, usage?: Usage): FinishReason {
  const word = wordOf(said ?? '')
  const reason = word === '' ? 'stop' : known.get(word)
  if (reason !== undefined) return reason
  const status = failures.get(word)
  if (status !== undefined) throw servingError(serving, { status, reason: `the answer ended with "${said}"`, usage })
  throw maestroError('MAESTRO_SERVING_UNFINISHED', { serving, reason: said ?? '', usage })
}

/** `FINISH_REASON_MAX_TOKENS`, `maxTokens` and `max-tokens: 100` are one word. */
function wordOf(said: string): string {
  const [first = ''] = said.split(/[:(]/)
  const parts = first.trim().replace(/([a-z])([A-Z])/g, '$1_$2')
  return parts
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
    .replace(/^finish_reason_/, '')
}
