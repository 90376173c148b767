import { createHash } from 'node:crypto'
import {
  boundedCall,
  type CallOptions,
  estimateChatTokens,
  estimateTokens,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  type Message,
  maestroError,
  readRateLimits,
  readText,
  sendHttp,
  servingError,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { chatOptions } from './chat-options.js'
import { pluginError } from './errors.js'

/** Only the fields that are read: the server may add others. */
const chatReply = z.object({
  text: z.string(),
  end: z.string().optional(),
  tokens: z.object({ input: z.number(), output: z.number() }).optional(),
})

/** One model behind the API. Retries, limits, budgets, and caching are the work of the serving plane around it. */
export class AcmeChat implements LLMServing {
  readonly kind = 'llm'
  readonly provider = 'acme'
  readonly capabilities = { jsonSchema: false, images: false, audio: false }
  readonly name: string
  readonly model: string
  /** The account whose limits apply. It names the key without containing it. */
  readonly account: string
  /** Everything that changes the answers. It is a part of the cache key, so it contains no secret. */
  readonly identity: Readonly<Record<string, unknown>>
  readonly #options: z.output<typeof chatOptions>

  constructor(options: z.output<typeof chatOptions>) {
    const { model, baseUrl, apiKey = '' } = options
    this.#options = options
    this.model = model
    this.name = `acme ${model}`
    this.account = `${baseUrl} ${createHash('sha256').update(apiKey).digest('hex').slice(0, 16)}`
    this.identity = { baseUrl, model }
  }

  generate(request: LLMRequest, { signal, timeout }: CallOptions = {}): Promise<LLMResult> {
    return boundedCall({ serving: this.name, signal, timeout }, (bounded) => this.#ask(request, bounded))
  }

  async #ask(request: LLMRequest, signal: AbortSignal): Promise<LLMResult> {
    const { baseUrl, apiKey } = this.#options
    const { temperature, topP, topK, seed, maxTokens, stop } = request
    const messages = request.messages.map((message) => this.#toText(message))
    const reply = await sendHttp(`${baseUrl}/v1/chat`, {
      headers: {
        'content-type': 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      // JSON leaves out what is undefined, so that the model's own defaults apply.
      body: JSON.stringify({ model: this.model, messages, temperature, topP, topK, seed, maxTokens, stop }),
      signal,
    })
    const body = await readText(reply)
    const rateLimits = readRateLimits(reply.headers)
    if (reply.status !== 200)
      throw servingError(this.name, { status: reply.status, reason: body.slice(0, 300), rateLimits })
    const { text, end, tokens } = this.#parse(body)
    return {
      text,
      finishReason: end === 'length' ? 'length' : 'stop',
      usage: {
        inputTokens: tokens?.input ?? estimateChatTokens(request.messages),
        outputTokens: tokens?.output ?? estimateTokens(text),
      },
      model: this.model,
      ...(rateLimits === undefined ? {} : { rateLimits }),
    }
  }

  /** The API reads texts only. Other parts are refused and never left out. */
  #toText({ role, content }: Message): { readonly role: string; readonly content: string } {
    if (typeof content === 'string') return { role, content }
    const texts = content.map((part) => {
      if (part.type !== 'text') throw pluginError('ACME_MEDIA', { model: this.model, type: part.type })
      return part.text
    })
    return { role, content: texts.join('\n') }
  }

  #parse(body: string): z.output<typeof chatReply> {
    try {
      return chatReply.parse(JSON.parse(body))
    } catch (error) {
      throw maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving: this.name, reason: body.slice(0, 100) }, error)
    }
  }
}
