import { maestroError } from '@maestro-dataflow/core'
import type { Message, Ollama } from 'ollama'
import type { WireChatRequest } from './to-chat-request.js'

/** The maximum tokens that a template adds to a turn, and the tokens of an image. */
const around = 64
const perImage = 4096

/**
 * Checks that the model has read the whole prompt. Servers from 0.12 refuse a prompt that is too long. Older ones cut
 * it silently: they shorten the last turn to the context, or omit the oldest turns.
 *
 * @param inputTokens The tokens of the prompt as the server states them.
 * @throws MAESTRO_SERVING_CONTEXT_TOO_LONG
 */
export async function assertWholePrompt(
  serving: string,
  client: Ollama,
  request: WireChatRequest,
  inputTokens: number,
): Promise<void> {
  const { options = {}, messages = [] } = request
  const limit = options.num_ctx ?? 0
  const tooLong = (reason: string) => maestroError('MAESTRO_SERVING_CONTEXT_TOO_LONG', { serving, limit, reason })
  if (inputTokens >= limit) throw tooLong(`it fills all ${limit} tokens of \`contextTokens\``)
  // System messages and the last turn are never omitted.
  const oldest = messages.slice(0, -1).find(({ role }) => role !== 'system')
  if (oldest === undefined) return
  // A turn is omitted only if it does not fit, and a token is at least a byte.
  const longest = Math.max(...messages.slice(0, -1).map(mostTokens))
  if (inputTokens + longest <= limit) return
  // If the prompt has the same length without its oldest turn, that turn had been omitted.
  const probe = await client.chat({
    ...request,
    messages: messages.filter((message) => message !== oldest),
    options: { ...options, num_predict: 1 },
  })
  let without = 0
  for await (const piece of probe) without = piece.prompt_eval_count ?? without
  if (without === inputTokens) throw tooLong(`its first turns do not fit into the ${limit} tokens of \`contextTokens\``)
}

const mostTokens = ({ content, images = [] }: Message): number =>
  Buffer.byteLength(content) + around + perImage * images.length
