import { maestroError } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { BodyMessage, ChatBody } from './chat-body.js'
import type { Sender } from './send-request.js'

/** Ollama's name for itself in each of its answers. */
export const ollamaFingerprint = 'fp_ollama'

/** A request that Ollama has answered, and the means to check it. */
export interface OllamaRequest {
  readonly serving: string
  readonly send: Sender
  /** The address of its API, which ends with `/v1`. */
  readonly baseUrl: string
  readonly body: ChatBody
}

/** Ollama's smallest default context, in tokens. */
const smallestContext = 2048
/** The maximum tokens that a template adds to a turn, and the tokens of an image. */
const around = 64
const perPart = 4096

/**
 * Checks that a model of Ollama has read the whole prompt. Ollama's OpenAI API cuts a long prompt silently and has no
 * parameter against it: it shortens the last turn to the context, or omits the oldest turns.
 *
 * @param inputTokens The tokens of the prompt as the server states them.
 * @param known The context of the model in tokens, see `contextOf`; undefined if the server does not state it.
 * @throws MAESTRO_SERVING_CONTEXT_TOO_LONG
 */
export async function assertWholePrompt(
  request: OllamaRequest,
  inputTokens: number,
  known: number | undefined,
): Promise<void> {
  const { serving, body } = request
  const { messages } = body
  const limit = known ?? smallestContext
  // A token is at least a byte.
  if (messages.reduce((sum, message) => sum + mostTokens(message), 0) <= limit) return
  const tooLong = (reason: string) =>
    maestroError('MAESTRO_SERVING_CONTEXT_TOO_LONG', {
      serving,
      reason: `Ollama has cut the prompt: ${reason}`,
      ...(known === undefined ? {} : { limit }),
    })
  if (inputTokens >= limit) {
    const isFull = known !== undefined || (await tokensOf(request, withLongerEnd(messages))) === inputTokens
    if (isFull) throw tooLong(`it fills all ${inputTokens} tokens of the context`)
  }
  // System messages and the last turn are never omitted, and other turns only if they do not fit.
  const earlier = messages.slice(0, -1)
  const oldest = earlier.find(({ role }) => role !== 'system')
  if (oldest === undefined || inputTokens + Math.max(...earlier.map(mostTokens)) <= limit) return
  // If the prompt has the same length without its oldest turn, the server had omitted that turn.
  const without = await tokensOf(
    request,
    messages.filter((message) => message !== oldest),
  )
  if (without === inputTokens) throw tooLong('its first turns do not fit into the context')
}

const mostTokens = (message: BodyMessage): number =>
  Buffer.byteLength(JSON.stringify(message)) +
  around +
  (Array.isArray(message.content) ? perPart * message.content.length : 0)

function withLongerEnd(messages: readonly BodyMessage[]): readonly BodyMessage[] {
  const content = messages.at(-1)?.content
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return messages.with(-1, { role: 'user', content: `${text} and some more words` })
}

/** The tokens of a prompt of which the model has already read at least the beginning. */
async function tokensOf({ send, body }: OllamaRequest, messages: readonly BodyMessage[]): Promise<number | undefined> {
  const probe: ChatBody = { model: body.model, messages, max_tokens: 1 }
  const reply = await send('chat/completions', probe)
  return counted.safeParse(await reply.json()).data?.usage.prompt_tokens
}

const counted = z.object({ usage: z.object({ prompt_tokens: z.number() }) })

const loadedModels = z.object({ models: z.array(z.object({ name: z.string(), context_length: z.number() })) })
const shownModel = z.object({ parameters: z.string() })

/** The context of a loaded model in tokens; undefined if its server does not state it, as older ones do not. */
export async function contextOf({ send, baseUrl, body }: OllamaRequest): Promise<number | undefined> {
  const ask = async <Type>(type: z.ZodType<Type>, name: string, about?: object): Promise<Type | undefined> => {
    try {
      const reply = await send(new URL(`../api/${name}`, `${baseUrl}/`).href, about)
      return type.safeParse(await reply.json()).data
    } catch {
      return undefined
    }
  }
  const loaded = await ask(loadedModels, 'ps')
  const names = [body.model, `${body.model}:latest`]
  const context = loaded?.models.find(({ name }) => names.includes(name))?.context_length
  if (context !== undefined) return context
  const shown = await ask(shownModel, 'show', { model: body.model })
  const [, parameter] = /^num_ctx\s+(\d+)/m.exec(shown?.parameters ?? '') ?? []
  return parameter === undefined ? undefined : Number(parameter)
}
