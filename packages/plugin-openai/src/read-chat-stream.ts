import { type ChatChunk, type ChatCompletion, chatChunk, type Logprobs } from './chat-api.js'
import { checkReply } from './read-reply.js'
import { brokenReply } from './to-serving-error.js'

/**
 * Puts an answer together from its pieces.
 *
 * @param onActivity Is called at each piece.
 * @throws MAESTRO_SERVING_BROKEN_REPLY when the pieces end before the answer does
 */
export async function readChatStream(
  serving: string,
  pieces: AsyncIterable<unknown>,
  onActivity: () => void = () => undefined,
): Promise<ChatCompletion> {
  let content = ''
  let refusal = ''
  let finishReason: string | undefined
  let model: string | undefined
  let usage: ChatChunk['usage']
  const logprobs: NonNullable<Logprobs['content']> = []
  for await (const piece of pieces) {
    onActivity()
    const chunk = checkReply(serving, piece, chatChunk)
    const [choice] = chunk.choices ?? []
    content += textOf(choice?.delta?.content)
    refusal += choice?.delta?.refusal ?? ''
    logprobs.push(...(choice?.logprobs?.content ?? []))
    finishReason = choice?.finish_reason ?? finishReason
    model = chunk.model ?? model
    usage = chunk.usage ?? usage
  }
  if (finishReason === undefined) throw brokenReply(serving, 'the stream ended before the answer did')
  const message = { content, refusal: refusal === '' ? undefined : refusal }
  return { model, choices: [{ finish_reason: finishReason, message, logprobs: { content: logprobs } }], usage }
}

type Content = NonNullable<NonNullable<NonNullable<ChatChunk['choices']>[number]['delta']>['content']>

function textOf(content: Content | null | undefined): string {
  if (typeof content === 'string') return content
  return (content ?? []).map(({ text }) => text ?? '').join('')
}
