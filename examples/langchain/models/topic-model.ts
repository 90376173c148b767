import { SimpleChatModel } from '@langchain/core/language_models/chat_models'
import type { BaseMessage } from '@langchain/core/messages'

/** A LangChain chat model that needs no key: it answers with the first word of its input. */
export class TopicModel extends SimpleChatModel {
  override _llmType() {
    return 'topic'
  }

  override async _call(messages: BaseMessage[]) {
    return /Topic of: (\w+)/.exec(messages.at(-1)?.text ?? '')?.[1]?.toLowerCase() ?? 'unknown'
  }
}
