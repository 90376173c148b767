import { refusedSetting } from '@maestro-dataflow/core'
import type { ChatBody } from './chat-body.js'

/** The settings without which a request asks for the same. */
const optional = [
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'reasoning_effort',
  'service_tier',
  'logprobs',
  'top_logprobs',
  'stream_options',
] as const
/** The same setting, by the names that servers have for it. */
const renamed: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
}

/**
 * The settings that a server has refused. Which of them a model accepts is known for OpenAI only; other servers pass
 * requests on to models that accept fewer. A refused setting is left out from then on.
 */
export class RefusedSettings {
  readonly #refused = new Set<string>()

  /** The body without refused settings, and a warning for each. */
  without(body: ChatBody): { readonly body: ChatBody; readonly warnings: readonly string[] } {
    const left: Record<string, unknown> = { ...body }
    const warnings: string[] = []
    for (const name of this.#refused) {
      if (!(name in left)) continue
      const other = renamed[name]
      if (other !== undefined) left[other] = left[name]
      else warnings.push(`The server does not accept \`${name}\` for the model ${body.model}, which is not sent.`)
      delete left[name]
    }
    // What was removed is optional.
    return { body: left as unknown as ChatBody, warnings }
  }

  /** @returns whether the request failed because of a setting that it can do without */
  learn(error: unknown, body: ChatBody): boolean {
    const name = refusedSetting(
      error,
      [...optional, ...Object.keys(renamed)].filter((one) => one in body),
    )
    // Some servers accept neither name.
    if (name === undefined || this.#refused.has(renamed[name] ?? '')) return false
    this.#refused.add(name)
    return true
  }
}
