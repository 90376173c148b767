import { z } from 'zod'
import type { Sender } from './send-request.js'

/** A server that may be Ollama, and the model to ask about. */
export interface EmbeddingServer {
  readonly send: Sender
  /** The address of its API, which ends with `/v1`. */
  readonly baseUrl: string
  readonly model: string
  readonly signal: AbortSignal | undefined
}

/** Shorter texts fit the context of every embedding model; a token is at least a byte. */
const smallestContext = 256

const shownModel = z.object({ model_info: z.record(z.string(), z.unknown()), parameters: z.string().optional() })

/** The context of a model of Ollama in tokens. Infinite for a server that is not Ollama. */
export async function textContextOf({ send, baseUrl, model, signal }: EmbeddingServer): Promise<number> {
  const asked = send(apiOf(baseUrl, 'show'), { model }).then((reply) => reply.json())
  const { data: shown } = shownModel.safeParse(await asked.catch(() => signal?.throwIfAborted()))
  if (shown === undefined) return Number.POSITIVE_INFINITY
  const trained = Object.entries(shown.model_info).find(([name]) => name.endsWith('.context_length'))?.[1]
  const [, parameter] = /^num_ctx\s+(\d+)/m.exec(shown.parameters ?? '') ?? []
  return Math.min(...[trained, parameter, 2048].map(Number).filter(Number.isFinite))
}

export const mayBeCut = (text: string): boolean => Buffer.byteLength(text) > smallestContext

/**
 * Checks that a model of Ollama has read whole texts. Ollama's OpenAI API cuts long texts silently and has no parameter
 * against it, so the texts that may not fit are also sent to Ollama's own API, which has one.
 *
 * @param context The context of the model in tokens, see `textContextOf`.
 * @throws the server's refusal of a text that is too long
 */
export async function assertWholeTexts(
  { send, baseUrl, model }: EmbeddingServer,
  texts: readonly string[],
  context: number,
): Promise<void> {
  const input = texts.filter((text) => Buffer.byteLength(text) > context)
  if (input.length === 0) return
  await send(apiOf(baseUrl, 'embed'), { model, input, truncate: false })
}

const apiOf = (baseUrl: string, name: string): string => new URL(`../api/${name}`, `${baseUrl}/`).href
