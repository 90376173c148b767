import { type RecordedRequest, type Reply, replies } from './misbehaving-server-replies.js'

/** Answers in the form of OpenAI's API, right or slightly wrong. */
export const openAIReplies = {
  /** A chat completion; `extra` is merged into its only choice. */
  chat: (text: string | null, extra: Readonly<Record<string, unknown>> = {}): Reply =>
    replies.json({
      id: 'chat-1',
      object: 'chat.completion',
      created: 1,
      model: 'test-model',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text }, ...extra }],
      usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    }),

  /** The same as a stream, with one piece for each text. @param end The last event; null for none. */
  chatStream: (
    texts: readonly string[],
    finishReason: string | null = 'stop',
    end: string | null = '[DONE]',
  ): Reply => {
    const piece = (choices: readonly object[], usage?: object) => ({
      id: 'chat-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'test-model',
      choices,
      ...(usage === undefined ? {} : { usage }),
    })
    const pieces = [
      ...texts.map((content) => piece([{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }])),
      piece([{ index: 0, delta: {}, finish_reason: finishReason }]),
      piece([], { prompt_tokens: 7, completion_tokens: texts.length, total_tokens: 7 + texts.length }),
    ]
    return replies.events(pieces, end)
  },

  /**
   * A vector for each text of the request, whose first number is the text's length.
   *
   * @param faults The number of vectors to omit at the end, and the dimension.
   */
  vectors: (
    request: RecordedRequest,
    { fewer = 0, dimensions = 3 }: { readonly fewer?: number; readonly dimensions?: number } = {},
  ): Reply => {
    const { input } = request.json<{ input: string | readonly string[] }>()
    const texts = typeof input === 'string' ? [input] : input
    return replies.json({
      object: 'list',
      model: 'test-model',
      data: texts.slice(0, texts.length - fewer).map((text, index) => ({
        object: 'embedding',
        index,
        embedding: Array.from({ length: dimensions }, (_, place) => (place === 0 ? text.length : 0)),
      })),
      usage: { prompt_tokens: texts.length, total_tokens: texts.length },
    })
  },
} as const
