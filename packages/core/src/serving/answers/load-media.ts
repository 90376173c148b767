import type { ContentPart, LLMRequest, Message } from '../../contracts/serving.js'
import type { MediaAccess } from '../../media/media-access.js'
import { readMedia } from '../../media/read-media.js'
import { withRetries } from '../call/retry.js'

/** A web address may be unreachable for a moment. */
const patience = { retries: 2, total: 120_000 }

export function hasMedia({ messages }: LLMRequest): boolean {
  return messages.some(({ content }) => typeof content !== 'string' && content.some(({ type }) => type !== 'text'))
}

/** Loads the bytes of a request's images and recordings, so that they are part of its key. @throws MAESTRO_MEDIA_* */
export async function withLoadedMedia(
  request: LLMRequest,
  access: MediaAccess & { readonly signal?: AbortSignal | undefined },
): Promise<LLMRequest> {
  const load = (part: ContentPart): Promise<ContentPart> | ContentPart =>
    part.type === 'text' ? part : withRetries(patience, access.signal, () => readMedia(part, access))
  const messages = request.messages.map(async ({ role, content }): Promise<Message> => {
    return typeof content === 'string' ? { role, content } : { role, content: await Promise.all(content.map(load)) }
  })
  return { ...request, messages: await Promise.all(messages) }
}
