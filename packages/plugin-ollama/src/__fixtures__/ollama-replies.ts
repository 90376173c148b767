import { type MisbehavingServer, type RecordedRequest, type Reply, replies, type ScriptedReply } from '@maestro-dataflow/testkit'

type Line = Readonly<Record<string, unknown>>

/** Answers in the form of Ollama's API. */
export const ollamaReplies = {
  /** What the server knows about a model; `parameters` as lines. */
  show: (given: { readonly parameters?: string; readonly trained?: number; readonly capabilities?: readonly string[] } = {}) =>
    replies.json({
      parameters: given.parameters ?? '',
      model_info: { 'general.architecture': 'tiny', 'tiny.context_length': given.trained ?? 8192 },
      ...(given.capabilities === undefined ? {} : { capabilities: given.capabilities }),
    }),

  error: (status: number, error: string): Reply => ({ ...replies.json({ error }), status }),

  lines: (...lines: readonly Line[]): Reply =>
    replies.ofType('application/x-ndjson', lines.map((line) => `${JSON.stringify(line)}\n`).join('')),

  /** A streamed chat with one line for each text. @param end Merged into the last line. */
  chat: (texts: readonly string[], end: Line = {}): Reply =>
    ollamaReplies.lines(
      ...pieces(texts),
      { message: { content: '' }, done: true, done_reason: 'stop', prompt_eval_count: 5, eval_count: texts.length, ...end },
    ),

  /** A chat that ends without its last line. */
  unfinished: (texts: readonly string[]): Reply => ollamaReplies.lines(...pieces(texts)),

  /** A vector for each text of the request: the text's length, and one. */
  vectors: (request: RecordedRequest): Reply => {
    const texts = request.json<{ input: readonly string[] }>().input
    return replies.json({ embeddings: texts.map((text) => [text.length, 1]), prompt_eval_count: texts.length })
  },
} as const

const pieces = (texts: readonly string[]): readonly Line[] =>
  texts.map((content) => ({ message: { role: 'assistant', content }, done: false }))

/** Answers each path by its own script. After the end of a script, its last reply repeats. */
export function script(server: MisbehavingServer, paths: Readonly<Record<string, readonly ScriptedReply[]>>): void {
  server.reset()
  const asked = new Map<string, number>()
  server.always((request) => {
    const turns = paths[request.path] ?? (request.path === '/api/show' ? [ollamaReplies.show()] : [])
    const turn = asked.get(request.path) ?? 0
    asked.set(request.path, turn + 1)
    const reply = turns[Math.min(turn, turns.length - 1)]
    if (reply === undefined) return replies.error(501, `nothing is scripted for ${request.path}`)
    return typeof reply === 'function' ? reply(request) : reply
  })
}

/** The bodies of the requests to a path. */
export const bodies = (server: MisbehavingServer, path: string) =>
  server.requests.filter((request) => request.path === path).map((request) => request.json())
