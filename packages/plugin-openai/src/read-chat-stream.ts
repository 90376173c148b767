import { isEnd, JoinedAnswer, parseReply, unexpectedReply } from '@maestro-dataflow/core'
import { type ChatCompletion, chatChunk, chatCompletion } from './chat-api.js'
import { checkReply } from './read-reply.js'
import { brokenReply } from './to-serving-error.js'

/**
 * Assembles an answer from the data of its events.
 *
 * @param onText Receives each piece of the text.
 * @throws MAESTRO_SERVING_BROKEN_REPLY if the events end before the answer does, or begin again; _UNEXPECTED_REPLY if there are none;
 *   the typed error that an event reports
 */
export async function readChatStream(
  serving: string,
  events: AsyncIterable<string>,
  onText?: (text: string) => void,
): Promise<ChatCompletion> {
  const answer = new JoinedAnswer(onText)
  let isEmpty = true
  let isDone = false
  for await (const event of events) {
    isEmpty = false
    isDone = isEnd(event)
    // Data after this event belong to no answer.
    if (isDone) break
    if (!answer.add(checkReply(serving, parse(serving, event), chatChunk)))
      throw brokenReply(serving, 'the answer began again in the middle of its stream')
  }
  if (isEmpty) throw unexpectedReply(serving, 'it is empty')
  const reply = answer.end(isDone)
  if (reply === undefined) throw brokenReply(serving, 'the stream ended before the answer did')
  return chatCompletion.parse(reply)
}

function parse(serving: string, event: string): unknown {
  try {
    return parseReply(event)
  } catch (error) {
    throw brokenReply(serving, `an event of its stream is not JSON: ${event.slice(0, 100)}`, error)
  }
}
